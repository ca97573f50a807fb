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


def imports(data: Path) -> Path:
    """The folder of all imported datasets, in the folder of data files."""
    return data / "imported"


def folder_of(name: str, data: Path) -> Path:
    """The folder of one."""
    return imports(data) / name
