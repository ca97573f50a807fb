"""What the bench has to know of an exported model, in a file beside its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.api.errors import DamagedError
from bench.api.table import Column
from bench.storage.fingerprint import file_digest
from bench.storage.parse import read_json
from bench.storage.record import PartRecord
from bench.storage.secrets import masked_json

RECORD, ENCODERS, CARD = "bench.json", "encoders", "README.md"
FORM = 1


@dataclass(frozen=True)
class ExportRecord:
    """A fitted model and its encoders, as their plugins build them again."""

    run: str
    """The name of the run that it is of."""
    model: PartRecord
    """With all options, those that name a place on the machine without the place."""
    encoders: Sequence[PartRecord]
    """What each learned of the train split is an npz in the folder `encoders`."""
    columns: Sequence[Column]
    """The features of an event, in the order that the encoders read them."""
    seed: int
    """Of the fit."""
    without: str | None = None
    """The view that the run's events were scored without."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of the distributions that it was fitted with."""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file beside this one; not of the card, which may be edited."""
    form: int = FORM
    """The number of this form."""

    def write(self, folder: Path) -> None:
        """Write it into the folder of the model."""
        import msgspec

        content = masked_json(msgspec.json.encode(self))
        (folder / RECORD).write_bytes(msgspec.json.format(content, indent=1))


def read_export(folder: Path) -> ExportRecord:
    """The record of a folder whose files are what was exported.

    Raises:
        DamagedError: there is none, it is of another form, or a file is missing or changed.
    """
    record = read_json(folder / RECORD, ExportRecord)
    if record.form != FORM:
        raise DamagedError(f"{folder / RECORD} has form {record.form}, this bench reads {FORM}")
    for name, digest in record.files.items():
        file = folder / name
        if not file.is_file() or file_digest(file) != digest:
            raise DamagedError(f"{file} is not what was exported")
    return record


def digests(folder: Path) -> dict[str, str]:
    """The hash of every file in a folder but the record and the card."""
    files = sorted(f for f in folder.rglob("*") if f.is_file())
    names = {f.relative_to(folder).as_posix(): f for f in files}
    return {name: file_digest(f) for name, f in names.items() if name not in (RECORD, CARD)}
