"""What an archive of runs says: a line a run, and a cover with its form and its hashes."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.api.errors import DamagedError
from bench.storage.distributions import CORE, versions
from bench.storage.explanations_file import JudgedExplanations
from bench.storage.files import write_bytes
from bench.storage.fingerprint import file_digest
from bench.storage.parse import parsed, read_json
from bench.storage.record import RunRecord
from bench.storage.record_schema import Written, demand_form
from bench.storage.report_contents import Contents
from bench.storage.secrets import masked_bytes, masked_json
from bench.storage.stored_run import Metrics

log = logging.getLogger(__name__)

RESULTS, RUNS, CONTENTS = "results", "runs.jsonl", "contents.json"
FORM = 1
"""Of an archive; that of a record is told in the record."""


@dataclass(frozen=True)
class Cover:
    """What an archive says of itself; the first ones said nothing."""

    form: Any = 1
    bench: Any = None
    sealed: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each run's line and of each file of scores; empty of those of earlier benches."""

    def demand_sealed(self, name: str, digest: str, where: object) -> None:
        """Refuse what is not what was packed, where that is known.

        Raises:
            DamagedError: it is not.
        """
        if self.sealed and self.sealed.get(name) != digest:
            raise DamagedError(f"{where} is not what was sealed")


@dataclass(frozen=True)
class _Line:
    """What a packed run says of its form, whatever else it holds."""

    record: Written
    name: Any = None


@dataclass(frozen=True)
class Packed:
    """One run in an archive."""

    name: str
    record: RunRecord
    metrics: Metrics | None = None
    samples: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The file and the column that hold each sample's scores; runs of equal scores share one."""
    history: list[dict[str, float]] = field(default_factory=list)
    explanations: JudgedExplanations | None = None
    """What was found of the model's explanations, if anybody looked."""


def contents_of(folder: Path) -> Contents:
    """What the report beside an archive holds.

    Raises:
        DamagedError: the archive cannot be read, or is of an unknown form.
    """
    cover_of(folder)
    return read_json(folder / RESULTS / CONTENTS, Contents)


def cover_of(folder: Path) -> Cover:
    """What an archive says of itself.

    Raises:
        DamagedError: it cannot be read, or is of an unknown form.
    """
    file = folder / RESULTS / CONTENTS
    if not file.is_file():
        return Cover()
    cover = read_json(file, Cover)
    demand_form(cover.form, FORM, cover.bench, file)
    return cover


def read_packed(folder: Path, *, sound: bool = False) -> list[Packed]:
    """The lines of an archive; with `sound` those that can be read, the others being named.

    Raises:
        DamagedError: the archive cannot be read, or it or a run in it is of an unknown form.
    """
    cover, file = cover_of(folder), folder / RESULTS / RUNS
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise DamagedError(f"{file} cannot be read: {error.strerror or error}") from error
    packed = []
    for number, line in enumerate(lines, 1):
        try:
            packed.append(_read(line, cover, f"{file}, line {number},"))
        except DamagedError as error:
            if not sound:
                raise
            log.warning("%s; it is left out", error)
    return packed


def _read(line: bytes, cover: Cover, where: str) -> Packed:
    head = parsed(line, _Line, where)
    head.record.demand_known(f"{where} run {head.name},")
    packed = parsed(line, Packed, where)
    cover.demand_sealed(packed.name, sha256(line).hexdigest(), where)
    return packed


def write_packed(folder: Path, packed: Sequence[Packed]) -> None:
    """Write the lines of an archive, in place of an earlier one's."""
    file = folder / RESULTS / CONTENTS
    lines = _lines(packed)
    write_bytes(folder / RESULTS / RUNS, b"".join(line + b"\n" for line in lines.values()))
    if file.is_file() and cover_of(folder).sealed:
        write_cover(folder, contents_of(folder), packed)


def write_cover(folder: Path, contents: Contents, packed: Sequence[Packed]) -> None:
    """Write what an archive says of itself, once its lines and its files are there."""
    import msgspec

    names = sorted({file for one in packed for file, _ in one.samples.values()})
    sealed = {name: file_digest(folder / RESULTS / name) for name in names}
    sealed |= {name: sha256(line).hexdigest() for name, line in _lines(packed).items()}
    cover = replace(Cover(bench=versions([CORE]).get(CORE), sealed=sealed), form=FORM)
    content = masked_json(msgspec.json.encode(asdict(contents) | asdict(cover)))
    write_bytes(folder / RESULTS / CONTENTS, content + b"\n")


def _lines(packed: Sequence[Packed]) -> Mapping[str, bytes]:
    """The line of each run, by its name, without secrets."""
    import msgspec

    return {one.name: masked_bytes(masked_json(msgspec.json.encode(one))) for one in packed}
