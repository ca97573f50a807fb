"""Numbers as sines and cosines, whose frequencies are trained together with the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench_numbers_periodic.network import Periodic


@dataclass(frozen=True)
class PeriodicNumbers(bench.Encoder):
    """The features as they are, behind a network of sines and cosines that the model trains.

    Y. Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning, 2022.
    """

    name = "numbers-periodic"
    produces = frozenset({"numbers"})
    trainable_views = frozenset({"numbers"})

    frequencies: int = 16
    """Frequencies of each feature."""
    sigma: float = 0.3
    """Spread that they are drawn with at the start, in turns over a feature's standard deviation in
    the train split."""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not 1 <= self.frequencies <= 1024 or not self.sigma > 0:
            raise ValueError("wanted 1 to 1024 frequencies and sigma > 0")

    def learn(self, train: bench.Table) -> Mapping[str, NDArray[np.generic]]:
        """`features`: how many there are."""
        import numpy as np

        return {"features": np.array(len(train.columns))}

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.float32]]:
        """`numbers`: (n, d) float32, in the columns' units."""
        return {"numbers": table.x}

    def view_module(self, view: str, learned: Mapping[str, NDArray[np.generic]]) -> Periodic:
        """(b, d) scaled numbers -> (b, d * (1 + 2 * frequencies))."""
        from bench_numbers_periodic.network import Periodic

        return Periodic(int(learned["features"]), self.frequencies, self.sigma)


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The sines and cosines."""
    return [PeriodicNumbers]
