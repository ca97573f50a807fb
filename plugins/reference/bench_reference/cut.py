"""A cut on one feature: the best that a single number does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "cut.json"


@dataclass(frozen=True)
class OneFeatureCut(bench.Model):
    """The feature that separates best, through a logistic: every threshold is a cut on it."""

    name = "one-feature-cut"
    reads = frozenset({"numbers"})
    encoder = "numbers"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Cut:
        """Pick the feature and the side with the best AUC on the train split; valid has no part."""
        import numpy as np
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import roc_auc_score

        numbers = np.asarray(train.views["numbers"], dtype=np.float64)
        areas = [roc_auc_score(train.y, x, sample_weight=train.weights) for x in numbers.T]
        place = int(np.argmax(np.abs(np.array(areas) - 0.5)))
        chosen = numbers[:, place]
        mean, spread = float(chosen.mean()), float(chosen.std()) or 1.0
        regression = LogisticRegression()
        scaled = ((chosen - mean) / spread)[:, None]
        regression.fit(scaled, train.y, sample_weight=train.weights)
        slope = abs(float(regression.coef_[0, 0])) or 1e-6
        side = 1 if areas[place] >= 0.5 else -1
        direction = "above" if side > 0 else "below"
        best = max(areas[place], 1 - areas[place])
        context.notice(
            f"cut on number {place + 1} of {numbers.shape[1]}, {direction}: train AUC {best:.3f}"
        )
        return Cut(place, mean, spread, side * slope, float(regression.intercept_[0]))

    def load(self, folder: Path, context: bench.Context) -> Cut:
        """The cut as `Cut.save` wrote it."""
        return Cut(**json.loads((folder / FILE).read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Cut:
    """A logistic in one feature."""

    place: int
    """Which of the numbers, from 0 on."""
    mean: float
    spread: float
    slope: float
    bias: float

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """P(signal) of each event, monotone in the feature: (n,)."""
        import numpy as np
        from scipy.special import expit

        chosen = np.asarray(inputs.views["numbers"][:, self.place], dtype=np.float64)
        scaled = (chosen - self.mean) / self.spread
        return np.asarray(expit(self.slope * scaled + self.bias), dtype=np.float64)

    def save(self, folder: Path) -> None:
        """One JSON file."""
        (folder / FILE).write_text(json.dumps(asdict(self)), encoding="utf-8")


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """The cut."""
    return [OneFeatureCut]
