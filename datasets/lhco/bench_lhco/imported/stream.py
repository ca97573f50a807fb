"""What the readers of foreign files give: a head that says what there is, then slices of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from bench_lhco.imported.measure import Measure

ROWS = 1000
"""Events of a slice."""


@dataclass(frozen=True)
class Foreign:
    """A file in somebody's layout."""

    file: Path
    layout: str | None = None
    """Its layout, where the user says it; None to recognise it."""
    key: str | None = None
    """Where in the file the events are; None to find them."""
    label: str | None = None
    """The column of labels; None to recognise it."""
    split: str | None = None
    """The column that says which split an event belongs to; None for no such."""
    units: tuple[tuple[str, str], ...] = ()
    """What the user says of units: names or patterns of names, each with its unit."""
    without: tuple[str, ...] = ()
    """Columns to leave out."""
    tree: str | None = None
    """The tree of a ROOT file; None for the only one."""
    columns: tuple[str, ...] = ()
    """What the columns are, where the file gives them no names."""


@dataclass(frozen=True)
class Columns:
    """A file of columns, which is read in batches: a number, a word or a list for each event."""

    file: Path
    schema: pa.Schema
    """The columns; where the file does not say what they hold, they are taken for numbers."""
    events: int | None
    """How many, where the file says it."""
    batches: Callable[[Sequence[str], Sequence[str]], Iterator[pa.RecordBatch]]
    """Gives columns of these names, in their order; as words, if text, those of the latter."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Head:
    """What a file holds."""

    layout: str
    columns: tuple[str, ...] | None = None
    """The names of the features; None for particles."""
    measures: tuple[Measure, ...] = ()
    """The unit of each feature; of particles, those of pt, eta, phi, or of px, py, pz."""
    events: int | None = None
    """How many, where the file says it before it is read."""
    signal_fraction: float | None = None
    """The natural rate of signal, where the file tells one, as a twin does."""
    notes: tuple[str, ...] = ()
    """What is left out of it, and what is made of it."""
    split: str | None = None
    """The column of a published division that the layout has, by itself or as the user says."""


@dataclass(frozen=True, eq=False)
class Slice:
    """Events that come next, as they were read: not yet validated."""

    values: NDArray[np.float32]
    """Particles in the official layout, (n, 700, 3): pt [GeV], eta, phi [rad]; features, (n, d)."""
    labels: NDArray[np.float64] | None = None
    """(n,); None where the file has no label column."""
    splits: NDArray[np.str_] | None = None
    """(n,), the cells of the column that the user names as the split; None where there is none."""
    dropped: int = 0
    """Particles beyond the 700 hardest of their event."""

    def __len__(self) -> int:
        return len(self.values)
