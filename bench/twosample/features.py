"""Feature by feature: how far two samples are from each other in one number alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.api.scores import Estimate, Scored
from bench.comparison.paired import holm
from bench.metrics.ranking import AreaUnderCurve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Column
    from bench.twosample.sides import SidePair


@dataclass(frozen=True)
class FeatureDifference:
    """One feature of both sides."""

    column: Column
    distance: float
    """Kolmogorov-Smirnov: the largest difference of the cumulative distributions, 0 to 1."""
    p: float
    """The chance of so large a distance where there is none."""
    corrected: float
    """The same after Holm's correction over all features."""
    larger: Estimate
    """How often the feature is larger in an event of B than in one of A, ties counted half."""


def feature_differences(pair: SidePair) -> list[FeatureDifference]:
    """Every feature, the one with the largest distance first."""
    import numpy as np

    a, b = pair.a.table, pair.b.table
    y = np.repeat(np.array([0, 1], dtype=np.int8), [len(a), len(b)])
    ones = np.ones(len(y))
    tests, larger = [], []
    for one, other in zip(a.x.T, b.x.T, strict=True):
        tests.append(_kolmogorov_smirnov(one, other))
        value = np.concatenate([one, other]).astype(np.float64)
        larger.append(AreaUnderCurve().estimate(Scored(y, value, ones, threshold=0.5))["auc"])
    p = [float(test.pvalue) for test in tests]
    differences = [
        FeatureDifference(column, float(test.statistic), float(test.pvalue), corrected, estimate)
        for column, test, corrected, estimate in zip(a.columns, tests, holm(p), larger, strict=True)
    ]
    return sorted(differences, key=lambda feature: (-feature.distance, feature.column.name))


def _kolmogorov_smirnov(one: NDArray[np.float32], other: NDArray[np.float32]) -> Any:
    """The test of Kolmogorov and Smirnov: exact where it can be, else asymptotic."""
    import warnings

    from scipy.stats import ks_2samp

    with warnings.catch_warnings():
        # columns that are nearly the same defeat the exact way, which is no news to the user
        warnings.filterwarnings("ignore", "ks_2samp: Exact calculation unsuccessful")
        return ks_2samp(one, other, method="auto")
