"""Where an imported dataset is kept: a folder of its own, with its card and one file of events."""

from __future__ import annotations

from pathlib import Path

CARD = "card.toml"
FILES = {"events": "events.h5", "features": "features.parquet"}
"""By what it holds: `events` of particles, or `features`."""
LABEL = "label"
"""The column of a features file that is none."""
SPLITS = "splits.npy"
"""What a published division says of each event of that file, beside it."""
EDITION = "imported"
EARLIER = ".earlier"
"""What the hidden name of a folder ends with that is being replaced; no dataset's name has dots."""


def imports(data: Path) -> Path:
    """The folder of all imported datasets, in the folder of data files."""
    return data / "imported"


def place_of(name: str, data: Path) -> Path:
    """Where an import puts one."""
    return imports(data) / name


def earlier_of(name: str, data: Path) -> Path:
    """Where an import that replaces one puts what was there before, until it is done."""
    return imports(data) / f".{name}{EARLIER}"


def folder_of(name: str, data: Path) -> Path:
    """The folder of one; what was there before, where an import was killed as it replaced that."""
    place, earlier = place_of(name, data), earlier_of(name, data)
    return earlier if (earlier / CARD).is_file() and not (place / CARD).is_file() else place
