"""All that a comparison of two sides finds: by a classifier, and by every feature alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.scores import Estimate
from bench.comparison.paired import holm
from bench.twosample.classifier import separation
from bench.twosample.features import FeatureDifference, feature_differences

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.table import Column
    from bench.twosample.sides import SidePair

ALL = "all features"
LEVEL = 0.025
"""One-sided: an AUC below 0.5 is chance."""


@dataclass(frozen=True)
class Separation:
    """How well the classifier tells the sides apart by some of the features."""

    what: str
    columns: int
    auc: Estimate
    chance: float
    """Of so large an AUC where there is no difference; for groups after Holm's correction."""

    @property
    def told_apart(self) -> bool:
        """Whether chance is ruled out, as by an interval of 95 % that lies above 0.5."""
        return self.chance < LEVEL


@dataclass(frozen=True)
class Comparison:
    """What two sides differ in, as far as their events can tell."""

    pair: SidePair
    folds: int
    seed: int
    separations: Sequence[Separation]
    """By all features first, then by each group of them."""
    features: Sequence[FeatureDifference]
    """The one with the largest distance first."""


def compare(pair: SidePair, folds: int, seed: int, context: Context) -> Comparison:
    """Ask the classifier by all features and by each group of them, and test every feature."""
    import numpy as np

    a, b = pair.a.table, pair.b.table
    x = np.concatenate([a.x, b.x])
    y = np.repeat(np.array([0, 1], dtype=np.int8), [len(a), len(b)])
    rooms = groups(a.columns)
    by_group = {ALL: list(range(len(a.columns)))} | (rooms if len(rooms) > 1 else {})
    areas = []
    with context.progress("telling A from B", folds * len(by_group)) as bar:
        for places in by_group.values():
            areas.append(separation(x[:, places], y, folds, seed, bar))
    each = [chance(auc) for auc in areas]
    corrected = [each[0], *holm(each[1:])]
    separations = [
        Separation(what, len(places), auc, p)
        for (what, places), auc, p in zip(by_group.items(), areas, corrected, strict=True)
    ]
    return Comparison(pair, folds, seed, separations, feature_differences(pair))


def chance(auc: Estimate) -> float:
    """The probability of an AUC so far above 0.5 by chance, by its interval on the logit."""
    from scipy.special import logit
    from scipy.stats import norm

    if auc.value is None or auc.low is None or auc.value <= 0.5:
        return 1.0
    if auc.value == 1:
        return 0.0 if auc.low > 0.5 else 1.0
    spread = (logit(auc.value) - logit(auc.low)) / norm.isf(LEVEL)
    return float(norm.sf(logit(auc.value) / spread)) if spread > 0 else 1.0


def groups(columns: Sequence[Column]) -> dict[str, list[int]]:
    """The places of the columns of each group, groups in the order of the columns."""
    by_name: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        by_name.setdefault(column.group or "others", []).append(place)
    return by_name
