"""The features table: one row an event, one column a feature with its unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from bench.api.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


class Split(IntEnum):
    """What `Table.splits` says of an event."""

    OPEN = 0
    """Nothing: it goes by its hash."""
    TRAIN = 1
    VALID = 2
    TEST = 3


EVENT = "event"


@dataclass(frozen=True)
class Column:
    """One feature."""

    name: str
    unit: str
    """`GeV`, `rad`, `1` for a pure number."""
    meaning: str
    group: str = ""
    """What it is one of, such as `kinematics`; features are compared group by group."""
    object: str = EVENT
    """What it describes: `event`, or one of its objects, such as `jet 1`."""
    quantity: str = ""
    """What it is of that object, such as `pt`; empty for its name."""
    needs: str = ""
    """The column of a flag that is 1 in events where this one says something; empty for always."""


@dataclass(frozen=True, eq=False)
class Table:
    """The features of n events.

    Raises:
        InputError: shapes that do not fit each other, a non-finite feature, a label but 0 and 1,
            a weight that is not positive, an event that is there twice, an unknown split.
    """

    columns: tuple[Column, ...]  # d
    x: NDArray[np.float32]  # (n, d), in the columns' units
    y: NDArray[np.int8]  # (n,), 1 signal, 0 background
    ids: NDArray[np.uint64]  # (n,), content hash of the event
    weights: NDArray[np.float64]  # (n,), back to the natural rate of signal
    skipped: int = 0
    """Invalid events of the file that were left out."""
    splits: NDArray[np.int8] | None = None
    """(n,), a `Split` each: the dataset's own division; None where every event goes by its hash."""
    beside: tuple[Path, ...] = ()
    """The source's files that hold more of these events, by their ids, such as their particles."""

    def __post_init__(self) -> None:
        import numpy as np

        n = len(self.y)
        shapes = {"x": (n, len(self.columns)), "y": (n,), "ids": (n,), "weights": (n,)}
        if self.splits is not None:
            shapes["splits"] = (n,)
        for name, shape in shapes.items():
            if (got := getattr(self, name).shape) != shape:
                raise InputError(f"table: {name} has shape {got}, wanted {shape}")
        if bad := int(np.count_nonzero(~np.isfinite(self.x).all(axis=1))):
            raise InputError(f"table: {bad} of {n} events have a feature that is not finite")
        if not np.isin(self.y, (0, 1)).all():
            raise InputError("table: labels other than 0 (background) and 1 (signal)")
        if not (self.weights > 0).all():
            raise InputError("table: weights that are not positive")
        if self.splits is not None and not np.isin(self.splits, list(Split)).all():
            raise InputError("table: splits other than 0 (open), 1 (train), 2 (valid), 3 (test)")
        if twice := n - len(np.unique(self.ids)):
            raise InputError(f"table: {twice} of {n} events are there more than once")

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: NDArray[np.intp]) -> Table:
        """The table of these rows, in this order."""
        return replace(
            self,
            x=self.x[rows],
            y=self.y[rows],
            ids=self.ids[rows],
            weights=self.weights[rows],
            splits=None if self.splits is None else self.splits[rows],
        )

    def ranges(self) -> dict[str, tuple[float, float]]:
        """The least and the largest value of each feature; empty where there is no event."""
        if not len(self):
            return {}
        ends = zip(self.x.min(axis=0).tolist(), self.x.max(axis=0).tolist(), strict=True)
        return dict(zip([column.name for column in self.columns], ends, strict=True))

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return any(column.name == name for column in self.columns)

    def column(self, name: str) -> NDArray[np.float32]:
        """One feature of every event: (n,), in the column's unit.

        Raises:
            InputError: no such column.
        """
        for i, column in enumerate(self.columns):
            if column.name == name:
                return self.x[:, i]
        names = ", ".join(c.name for c in self.columns)
        raise InputError(f"table: no column {name!r}; there is: {names}")
