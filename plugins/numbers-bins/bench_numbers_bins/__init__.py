"""Numbers spread over bins: how far a feature fills the quantile bins of the train split."""

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
    """Each feature by how far it fills its quantile bins (piecewise linear encoding).

    A bin below the value is 1, one above it 0, the value's own the share of it that lies below. The
    outermost bins go on beyond 0 and 1, so that a value outside the train split's range is told
    from its end. Y. Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep
    Learning, 2022.
    """

    name = "numbers-bins"
    produces = frozenset({"numbers"})

    bins: int = 16
    """Bins of each feature, with as many train events in each; fewer where values repeat."""

    def __post_init__(self) -> None:
        """Refuse what is no number of bins."""
        if not 1 <= self.bins <= 1024:
            raise ValueError(f"bins {self.bins}: wanted 1 to 1024")

    def learn(self, train: bench.Table) -> Mapping[str, NDArray[np.generic]]:
        """`edges`: (d, bins + 1) float64, in the columns' units.

        Quantiles that coincide are one edge; the last one is repeated in their place.
        """
        import numpy as np

        shares = np.linspace(0, 1, self.bins + 1)
        edges = np.empty((len(train.columns), self.bins + 1))
        for row, values in zip(edges, train.x.T, strict=True):
            found = np.unique(np.quantile(values.astype(np.float64), shares))
            row[: len(found)] = found
            row[len(found) :] = found[-1]
        return {"edges": edges}

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.float32]]:
        """`numbers`: (n, d * bins) float32, feature by feature; 0 for a bin without width.

        Raises:
            InputError: not as many features as were learned of.
        """
        import numpy as np

        edges = np.asarray(learned["edges"], dtype=np.float64)
        if len(edges) != len(table.columns):
            raise bench.InputError(
                f"numbers-bins learned of {len(edges)} features, got {len(table.columns)}"
            )
        lower, width = edges[:, :-1], np.diff(edges, axis=1)  # (d, bins)
        there = width > 0
        filled = (table.x[:, :, None] - lower) / np.where(there, width, 1.0)  # (n, d, bins)
        last = there.sum(axis=1) - 1
        place = np.arange(self.bins)
        filled = np.where(place > 0, np.maximum(filled, 0.0), filled)
        filled = np.where(place < last[:, None], np.minimum(filled, 1.0), filled)
        filled = np.where(there, filled, 0.0)
        return {"numbers": filled.reshape(len(table), -1).astype(np.float32)}


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The bins."""
    return [QuantileBins]
