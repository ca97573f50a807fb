"""Why a fit is made anew where one of the same request was made before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import DamagedError
from bench.plugins.options import fit_options
from bench.storage.code_digest import FITTING, UNREADABLE, code_digest, core_digest
from bench.storage.fingerprint import digest
from bench.storage.parse import read_json
from bench.storage.secrets import masked_values

if TYPE_CHECKING:
    from bench.running.fit_request import FitRequest
    from bench.storage.request import RunRequest

FILE = "request.json"
NOT_OF_FITS = {"ratio", "events", "split", "without", "permute", "look", "allow", "threshold"}
"""What is asked of a run and changes nothing in its fit."""


@dataclass(frozen=True)
class PartOfFit:
    """A model or an encoder, as a fit knows it, without secrets."""

    options: Mapping[str, Any]
    content: str
    code: str


@dataclass(frozen=True)
class MadeOf:
    """All that a fit's key is made of, by name, beside the request that it was made for."""

    said: str
    """The digest of what was typed of it."""
    parts: Mapping[str, PartOfFit]
    core: str
    train: str
    valid: str
    seed: int
    device: str
    start: str | None

    @classmethod
    def of(cls, request: FitRequest) -> MadeOf:
        """What a fit that is asked for is made of."""
        parts = {
            part.name: PartOfFit(
                masked_values({name: str(value) for name, value in fit_options(part).items()}),
                digest(part.content()),
                code_digest(type(part), distribution),
            )
            for part, distribution in request.parts
        }
        train, valid = request.digests
        return cls(
            said=request.said,
            parts=parts,
            core=core_digest(FITTING),
            train=train,
            valid=valid,
            seed=request.seed,
            device=request.device,
            start=request.start.key if request.start else None,
        )

    def write(self, folder: Path) -> None:
        """Keep it with the fit, or with its checkpoints."""
        import msgspec

        (folder / FILE).write_bytes(msgspec.json.encode(asdict(self), order="sorted"))


def said_of(request: RunRequest) -> str:
    """The digest of what a user asked for, as far as a fit goes."""
    return digest({k: v for k, v in request.said().items() if k not in NOT_OF_FITS})


def why_anew(request: FitRequest, root: Path) -> str:
    """Why the last fit of the same request is not the one that is asked for; empty without one."""
    now, folders = MadeOf.of(request), []
    for file in root.glob(f"*/{FILE}") if now.said else ():
        try:
            folders.append((file.parent.stat().st_mtime, read_json(file, MadeOf), file.parent))
        except (OSError, DamagedError):
            continue  # whoever wants that fit says so
    same = [(when, made, folder) for when, made, folder in folders if made.said == now.said]
    if not same:
        return ""
    _, then, folder = max(same, key=lambda one: one[0])
    reasons = "; ".join(_differences(then, now))
    going_on = "gone on with" if folder.suffix == ".checkpoints" else "reused"
    return reasons and f"an earlier fit of this request is not {going_on}: {reasons}"


def _differences(then: MadeOf, now: MadeOf) -> Iterator[str]:
    if then.parts.keys() != now.parts.keys():
        yield f"it was of {', '.join(sorted(then.parts))} and is of {', '.join(sorted(now.parts))}"
    for name in sorted(then.parts.keys() & now.parts.keys()):
        yield from _of_part(name, then.parts[name], now.parts[name])
    if then.core != now.core:
        yield "the code of the bench changed that fits"
    others = [split for split in ("train", "valid") if getattr(then, split) != getattr(now, split)]
    if others:
        yield f"the data changed, of the {' and the '.join(others)} split"
    for name, meaning in (("seed", "seed"), ("device", "device"), ("start", "fit to go on from")):
        if getattr(then, name) != getattr(now, name):
            yield f"the {meaning} is another one"


def _of_part(name: str, then: PartOfFit, now: PartOfFit) -> Iterator[str]:
    if now.code.startswith(UNREADABLE):
        yield f"the code of {name} cannot be read"
    elif then.code != now.code:
        yield f"the code of {name} changed"
    for option in sorted(then.options.keys() | now.options.keys()):
        was, value = then.options.get(option, "not there"), now.options.get(option, "not there")
        if was != value:
            yield f"the option {option} of {name} was {was} and is {value}"
    if then.content != now.content:
        yield f"what the options of {name} name has another content"
