"""Fits on disk: a model is fitted once for the same events, options, code and seed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cache import stored
from bench.encoding import encode, learn, read_learned, write_learned
from bench.fingerprint import code_digest, digest, table_digest, versions_of
from bench.options import options_in

if TYPE_CHECKING:
    from bench.context import Context
    from bench.encoding import Learned
    from bench.parts import Encoder, Fitted, Model
    from bench.table import Table

HISTORY = "history.jsonl"


@dataclass(frozen=True)
class FitRequest:
    """All that a fit is made of."""

    model: Model
    encoders: Sequence[Encoder]
    distributions: Sequence[str]
    """Of the model and of each encoder."""
    train: Table
    valid: Table
    seed: int
    device: str

    def key(self) -> str:
        """The content hash of the request."""
        parts = [self.model, *self.encoders]
        return digest(
            [
                [(p.name, options_in(p), p.content(), code_digest(type(p))) for p in parts],
                [versions_of(distribution) for distribution in self.distributions],
                table_digest(self.train),
                table_digest(self.valid),
                self.seed,
                self.device,
            ]
        )


@dataclass(frozen=True)
class Fit:
    """A fit, as it was read back from what was saved of it."""

    fitted: Fitted
    learned: Learned
    reused: bool
    seconds: float
    """How long the fitting took, when it was done."""
    history: Path
    """Training scalars, a JSON object a line; there may be none."""


def fit(request: FitRequest, context: Context, root: Path) -> Fit:
    """Fit or reuse; either way what scores is what was saved, loaded again.

    A fit that was interrupted goes on from its checkpoints.
    """
    key = request.key()
    checkpoints = root / f"{key}.checkpoints"
    context = replace(context, seed=request.seed, device=request.device, checkpoints=checkpoints)

    def compute(folder: Path) -> None:
        checkpoints.mkdir(parents=True, exist_ok=True)
        _fit_into(folder, request, context)

    folder, reused = stored(root, key, compute, context.notice)
    shutil.rmtree(checkpoints, ignore_errors=True)
    return Fit(
        fitted=request.model.load(folder / "model", context),
        learned=read_learned(request.encoders, folder / "encoders"),
        reused=reused,
        seconds=float((folder / "seconds").read_text()),
        history=folder / HISTORY,
    )


def _fit_into(folder: Path, request: FitRequest, context: Context) -> None:
    started = time.monotonic()
    learned = learn(request.encoders, request.train)
    train, valid = (
        encode(request.model, request.encoders, learned, table)
        for table in (request.train, request.valid)
    )
    history = _History(context.checkpoints / HISTORY)
    fitted = request.model.fit(train, valid, replace(context, log=history.log))
    for name in ("model", "encoders"):
        (folder / name).mkdir()
    fitted.save(folder / "model")
    write_learned(learned, folder / "encoders")
    history.write(folder / HISTORY)
    (folder / "seconds").write_text(f"{time.monotonic() - started:.3f}")


class _History:
    """Training scalars, kept beside the checkpoints so that an interruption loses none."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def log(self, step: int, scalars: Mapping[str, float]) -> None:
        import msgspec

        with self.path.open("ab") as stream:
            stream.write(msgspec.json.encode({"step": step, **scalars}) + b"\n")

    def write(self, target: Path) -> None:
        """One line a step: a step that was done again after an interruption counts once."""
        import msgspec

        rows = {}
        if self.path.exists():
            for line in self.path.read_bytes().splitlines():
                try:
                    row = msgspec.json.decode(line, type=dict[str, float | None])
                except msgspec.DecodeError:
                    continue  # a line that the interruption cut
                rows[row["step"]] = line
        target.write_bytes(b"".join(line + b"\n" for line in rows.values()))
