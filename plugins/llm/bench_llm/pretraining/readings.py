"""What is to be read off where the answer stands: in which bin each number of the event lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench_llm.pretraining.facts import alike

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    import bench

BINS = 32
IGNORED = -100
"""Stands for a number that the event lacks."""


@dataclass(frozen=True, eq=False)
class Readings:
    """Bins of equal shares of events for every column, and for pairs that may be compared."""

    columns: Sequence[bench.Column]
    edges: NDArray[np.float64]  # (readings, BINS - 1)

    @classmethod
    def of(cls, table: bench.Table) -> Readings:
        """Bins learned from these events."""
        values = np.where(_present(table.columns, table.x), _values(table.columns, table.x), np.nan)
        edges = np.nanquantile(values, np.arange(1, BINS) / BINS, axis=0).T
        return cls(table.columns, np.ascontiguousarray(edges))

    def __len__(self) -> int:
        return len(self.edges)

    def bins(self, x: NDArray[np.float32]) -> NDArray[np.int64]:
        """The bin of each reading of events (n, d): (n, readings)."""
        values = _values(self.columns, x)
        bins = np.stack(
            [
                np.searchsorted(e, v, side="right")
                for e, v in zip(self.edges, values.T, strict=True)
            ],
            axis=1,
        )
        return np.where(_present(self.columns, x), bins, IGNORED)


def _pairs(columns: Sequence[bench.Column]) -> list[tuple[int, int]]:
    return alike(columns)


def _values(columns: Sequence[bench.Column], x: NDArray[np.float32]) -> NDArray[np.float64]:
    """Each column, then each pair's asymmetry (a - b) / (|a| + |b|): (n, readings)."""
    exact = x.astype(np.float64)
    a, b = (exact[:, list(side)] for side in zip(*_pairs(columns), strict=True))
    return np.hstack([exact, (a - b) / (np.abs(a) + np.abs(b)).clip(min=1e-9)])


def _present(columns: Sequence[bench.Column], x: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether each reading says something of each event."""
    at = {column.name: i for i, column in enumerate(columns)}
    there = np.stack(
        [x[:, at[c.needs]] != 0 if c.needs in at else np.ones(len(x), bool) for c in columns],
        axis=1,
    )
    first, second = (list(side) for side in zip(*_pairs(columns), strict=True))
    return np.hstack([there, there[:, first] & there[:, second]])
