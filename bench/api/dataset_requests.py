"""What a dataset may be asked to make: its twin, or a dataset of a file of the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SimulationRequest:
    """How a twin is to be simulated; None leaves the dataset's own choice."""

    signal: int | None = None
    background: int | None = None
    seed: int = 1
    force: bool = False
    """Replace a twin that is there."""


@dataclass(frozen=True)
class ImportRequest:
    """A file in a layout that people have, to become a dataset, and what the user says of it."""

    file: Path
    name: str
    """Of the dataset."""
    layout: str | None = None
    key: str | None = None
    """Where in the file the events are; None to find them, as to recognise the layout."""
    tree: str | None = None
    columns: str | None = None
    """The names of columns, `a,b,c`, if the file has none; the tree is that of a ROOT file."""
    signal_file: Path | None = None
    """A second file, which holds the signal."""
    label: int | None = None
    """The label of every event."""
    labels: Path | None = None
    """A text file with a label a line."""
    label_column: str | None = None
    """The column of labels; None to recognise it."""
    split_column: str | None = None
    """The column that says which of train, valid and test an event is for; None for no such."""
    split_meanings: Sequence[str] = ()
    """`VALUE=SPLIT`, where the column says it in other words."""
    valid_file: Path | None = None
    test_file: Path | None = None
    """The events of the other parts; `file` is the train part then."""
    units: Sequence[str] = ()
    """`NAME=UNIT` of columns, where the file does not say it; energies are kept in GeV."""
    without_columns: Sequence[str] = ()
    """Columns to leave out."""
    label_meanings: Sequence[str] = ()
    """`LABEL=MEANING`, for the card, as are the rest."""
    title: str = ""
    source: str = ""
    licence: str = ""
    skip_bad_events: bool = False
    """Leave out invalid events and count them, as long as they are few."""
    force: bool = False
    """Replace an imported dataset of this name."""
