"""`numbers-bins`: each feature as how far it fills the quantile bins of the train split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class QuantileBins(bench.Encoder):
    """Piecewise-linear encoding of each feature in its quantile bins.

    A bin below the value is 1, one above it is 0, and the one that it falls into is filled as far
    as the value has come: a weighted sum of bins is any function with a bend at each edge.

    Source: Gorishniy, Rubachev and Babenko, On Embeddings for Numerical Features in Tabular Deep
    Learning, NeurIPS 2022, eq. 1.
    """

    name = "numbers-bins"
    produces = frozenset({"numbers"})

    bins: int = 16
    """Bins of a feature; one with fewer different values has fewer."""

    def __post_init__(self) -> None:
        """Refuse what is no binning."""
        if self.bins < 1:
            raise ValueError(f"bins={self.bins}: wanted at least 1")

    def learn(self, train: bench.Table) -> Mapping[str, NDArray[np.generic]]:
        """The edges of each feature's bins: (d, bins + 1), in its unit; NaN where there are fewer.

        The ends are the least and the greatest value of the train split.
        """
        import numpy as np

        shares = np.linspace(0, 1, self.bins + 1)
        edges = np.full((train.x.shape[1], self.bins + 1), np.nan)
        for row, column in zip(edges, train.x.T, strict=True):
            quantiles = np.unique(np.quantile(column.astype(np.float64), shares))
            row[: len(quantiles)] = quantiles
        return {"edges": edges}

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.generic]]:
        """`numbers`: (n, sum of bins) float32, in [0, 1] within the train split's range.

        Beyond it the outermost bins go on, below 0 and above 1. A feature that was constant in
        the train split has no bin.
        """
        import numpy as np

        filled = [
            _filled(column, row[np.isfinite(row)])
            for column, row in zip(table.x.T, learned["edges"], strict=True)
        ]
        return {"numbers": np.concatenate(filled, axis=1).astype(np.float32)}


def _filled(column: NDArray[np.float32], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each bin is filled: (n, bins)."""
    import numpy as np

    widths = np.diff(edges)
    filled = (column[:, None].astype(np.float64) - edges[:-1]) / widths
    low, high = np.zeros(len(widths)), np.ones(len(widths))
    if len(widths):
        low[0], high[-1] = -np.inf, np.inf
    return np.clip(filled, low, high)


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The bins."""
    return [QuantileBins]
