"""Logistic regression on numbers, by scikit-learn: what a weighted sum of features can do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "weights.npz"


@dataclass(frozen=True)
class LogisticRegression(bench.Model):
    """A weighted sum of the standardised features through a logistic (scikit-learn)."""

    name = "linear"
    reads = frozenset({"numbers"})
    encoder = "numbers"

    strength: float = 1.0
    """Inverse of the L2 penalty's strength (scikit-learn's C)."""
    iterations: int = 1000
    """Steps of the solver (L-BFGS) at most."""

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> WeightedSum:
        """Standardise as in the train split, and maximise the likelihood; valid plays no part."""
        import numpy as np
        from sklearn.linear_model import LogisticRegression as Regression

        numbers = np.asarray(train.views["numbers"], dtype=np.float64)
        mean, spread = numbers.mean(axis=0), numbers.std(axis=0)
        spread[spread == 0] = 1.0  # a constant feature says nothing
        regression = Regression(C=self.strength, max_iter=self.iterations)
        regression.fit((numbers - mean) / spread, train.y, sample_weight=train.weights)
        return WeightedSum(mean, spread, regression.coef_[0], float(regression.intercept_[0]))

    def load(self, folder: Path, context: bench.Context) -> WeightedSum:
        """The weights as `WeightedSum.save` wrote them."""
        import numpy as np

        with np.load(folder / FILE, allow_pickle=False) as arrays:
            return WeightedSum(
                arrays["mean"], arrays["spread"], arrays["weights"], float(arrays["bias"])
            )


@dataclass(frozen=True, eq=False)
class WeightedSum:
    """Fitted weights of d features."""

    mean: NDArray[np.float64]  # (d,), in the features' units
    spread: NDArray[np.float64]  # (d,), in the features' units
    weights: NDArray[np.float64]  # (d,), of standardised features
    bias: float

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """P(signal) of each event: (n,)."""
        import numpy as np
        from scipy.special import expit

        numbers = np.asarray(inputs.views["numbers"], dtype=np.float64)
        scaled = (numbers - self.mean) / self.spread
        # event by event, so that no event's score depends on the others
        total = (scaled * self.weights).sum(axis=1) + self.bias
        return np.asarray(expit(total), dtype=np.float64)

    def save(self, folder: Path) -> None:
        """One npz file without objects."""
        import numpy as np

        np.savez(
            folder / FILE,
            allow_pickle=False,
            mean=self.mean,
            spread=self.spread,
            weights=self.weights,
            bias=np.float64(self.bias),
        )


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """The regression."""
    return [LogisticRegression]
