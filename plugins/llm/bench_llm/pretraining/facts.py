"""An event's facts as `tiny` reads them: in which words a column, to how many digits a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_llm.prompts.figures import Precision

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Facts:
    """What a text says of an event, which the answers to its questions follow from."""

    columns: Sequence[bench.Column]
    row: Sequence[float]  # (d,)
    precision: Precision

    @cached_property
    def present(self) -> list[int]:
        """The columns that say something of this event; flags are not said."""
        flags = {column.needs for column in self.columns}
        values = {column.name: value for column, value in zip(self.columns, self.row, strict=True)}
        return [
            i
            for i, column in enumerate(self.columns)
            if column.name not in flags and values.get(column.needs, 1.0) != 0.0
        ]

    def value(self, i: int) -> float:
        """The number of a column as the text says it, rounded."""
        return float(self.precision.say(self.row[i]))

    def word(self, i: int) -> str:
        """What the column is called in a question: `m of jet1`, `m_jj`."""
        column = self.columns[i]
        return f"{column.quantity} of {thing(column)}" if column.quantity else column.name

    def pairs(self, *, same_quantity: bool = False) -> list[tuple[int, int]]:
        """Columns of the same unit, or of the same quantity of two objects; (i, j), i < j."""
        return [
            (i, j)
            for i, j in alike(self.columns, same_quantity=same_quantity)
            if i in self.present and j in self.present
        ]


def thing(column: bench.Column) -> str:
    """An object as prompts write it: `jet1`."""
    return column.object.replace(" ", "")


def alike(columns: Sequence[bench.Column], *, same_quantity: bool = False) -> list[tuple[int, int]]:
    """Columns that may be compared: of the same unit, or the same quantity of two objects."""
    flags = {column.needs for column in columns}
    pairs = []
    for i, a in enumerate(columns):
        for j in range(i + 1, len(columns)):
            b = columns[j]
            same = bool(a.quantity) and a.quantity == b.quantity
            pure = a.unit in ("1", "rad")
            if a.unit != b.unit or {a.name, b.name} & flags:
                continue
            if same or not (same_quantity or pure):
                pairs.append((i, j))
    return pairs


def mixed(table: bench.Table, rows: NDArray[np.intp], rng: np.random.Generator) -> bench.Table:
    """Events made up of the numbers of others, each column shuffled by itself.

    So no number can be guessed from the rest of its event. Events where a flag is not set, such as
    those without a second jet, stay as they are.
    """
    flags = [i for i, c in enumerate(table.columns) if c.name in {d.needs for d in table.columns}]
    made = table.take(rows)
    whole = np.flatnonzero((made.x[:, flags] != 0).all(axis=1))
    x = made.x.copy()
    for i in range(x.shape[1]):
        x[whole, i] = made.x[rng.permutation(whole), i]
    return bench.Table(made.columns, x, made.y, made.ids, made.weights)
