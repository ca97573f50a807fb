"""All that a comparison of two sides finds: by a classifier, and by every feature alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.scored import Estimate
from bench.twosample.classifier import separation
from bench.twosample.features import FeatureDifference, feature_differences

if TYPE_CHECKING:
    from bench.context import Context
    from bench.table import Column
    from bench.twosample.sides import Pair

ALL = "all features"


@dataclass(frozen=True)
class Separation:
    """How well the classifier tells the sides apart by some of the features."""

    what: str
    columns: int
    auc: Estimate

    @property
    def told_apart(self) -> bool:
        """Whether the whole interval lies above 0.5; below it is chance."""
        return self.auc.low is not None and self.auc.low > 0.5


@dataclass(frozen=True)
class Comparison:
    """What two sides differ in, as far as their events can tell."""

    pair: Pair
    folds: int
    seed: int
    separations: Sequence[Separation]
    """By all features first, then by each group of them."""
    features: Sequence[FeatureDifference]
    """The one with the largest distance first."""


def compare(pair: Pair, folds: int, seed: int, context: Context) -> Comparison:
    """Ask the classifier by all features and by each group of them, and test every feature."""
    import numpy as np

    a, b = pair.a.table, pair.b.table
    x = np.concatenate([a.x, b.x])
    y = np.repeat(np.array([0, 1], dtype=np.int8), [len(a), len(b)])
    rooms = groups(a.columns)
    asked = {ALL: list(range(len(a.columns)))} | (rooms if len(rooms) > 1 else {})
    separations = []
    with context.progress("telling A from B", folds * len(asked)) as bar:
        for what, places in asked.items():
            auc = separation(x[:, places], y, folds, seed, bar)
            separations.append(Separation(what, len(places), auc))
    return Comparison(pair, folds, seed, separations, feature_differences(pair))


def groups(columns: Sequence[Column]) -> dict[str, list[int]]:
    """The places of the columns of each group, groups in the order of the columns."""
    found: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        found.setdefault(column.group or "others", []).append(place)
    return found
