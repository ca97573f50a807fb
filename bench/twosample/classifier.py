"""The two-sample classifier: trees that are asked of events they were not fitted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api.scores import Estimate, Scored
from bench.metrics.ranking import AreaUnderCurve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Bar

LEAF = 20
"""Least events of a leaf; with fewer than two of them in a fit nothing can be told apart."""
CODES = 64
"""Steps that a feature is cut into."""


def separation(
    x: NDArray[np.floating], y: NDArray[np.int8], folds: int, seed: int, bar: Bar
) -> Estimate:
    """The AUC of telling events with y = 1 from those with y = 0, by events not fitted on.

    Scores of different fits are not comparable, and pooling them would press the AUC down: ranks
    within a fold stand for them.

    DeLong's variance takes the scores of a fold as given. But the fits of all folds share events:
    where two alike events of different folds have the same label, each helps the score of the
    other, and chance counts twice. Near 0.5, where it matters, the variance of the AUC is twice
    DeLong's, and as nothing is left to chance towards 1 it is once that (measured: about 2 times
    from 0.5 to 0.54, 1.7 at 0.59, 1.05 at 0.94): 1 + 4 AUC (1 - AUC) times is taken. Of samples
    from one distribution (120 + 120, 365 + 1500, 1000 + 1000 events) this interval held 0.5 in 94
    to 97 % of 150 draws; DeLong's own, by trees of several sizes, in 75 to 87 % of 40 to 150.

    Args:
        x: (n, d), any units.
        y: (n,), 0 or 1.
        folds: how many.
        seed: of the choice of folds.
        bar: goes on by one for each fold.
    """
    import numpy as np

    if (x == x[:1]).all():
        bar.advance(folds)
        return Estimate(None, note="the same in every event")
    ranks = out_of_fold(x, y, folds, seed, bar)
    scored = Scored(y, ranks, np.ones(len(y)), threshold=0.5)
    area = AreaUnderCurve().estimate(scored)["auc"]
    return _widened(area, int(min((y == 0).sum(), (y == 1).sum())))


def out_of_fold(
    x: NDArray[np.floating], y: NDArray[np.int8], folds: int, seed: int, bar: Bar
) -> NDArray[np.float64]:
    """The rank of each event among those of its fold: (n,), in (0, 1), high where y = 1 is likely.

    Every fold holds the same share of both classes; both weigh the same in a fit.
    """
    import numpy as np
    from scipy.stats import rankdata
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits

    trees = HistGradientBoostingClassifier(
        learning_rate=0.1,
        max_iter=60,
        max_depth=3,
        min_samples_leaf=LEAF,
        l2_regularization=1.0,
        early_stopping=False,
        class_weight="balanced",
        random_state=seed,
    )
    seen = coded(x)
    ranks = np.empty(len(y))
    split = StratifiedKFold(folds, shuffle=True, random_state=seed).split(seen, y)
    # threads that wait for each other on a busy machine make fits of a few events ten times slower
    with threadpool_limits(limits=1):
        for fitted, held_out in split:
            trees.fit(seen[fitted], y[fitted])
            score = trees.decision_function(seen[held_out])
            ranks[held_out] = (rankdata(score) - 0.5) / len(held_out)
            bar.advance()
    return ranks


def coded(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """Every feature in steps that hold about as many events each, whatever their class: (n, d).

    The trees would do the same, with weights, and take nine tenths of their time for it.
    """
    import numpy as np

    codes = np.empty(x.shape)
    for i, column in enumerate(x.T):
        edges = np.unique(np.quantile(column, np.arange(1, CODES) / CODES))
        codes[:, i] = np.searchsorted(edges, column, side="right")
    return codes


def _widened(estimate: Estimate, smaller: int) -> Estimate:
    """The interval with as much more variance as folds that share events give it."""
    import numpy as np
    from scipy.special import expit, logit

    assert estimate.value is not None
    area = estimate.value
    more = np.sqrt(1 + 4 * area * (1 - area))
    centre = logit((smaller * area + 0.25) / (smaller + 0.5))  # finite where all is told apart
    low, high = (
        float(expit(centre + more * (logit(end) - centre))) for end in (estimate.low, estimate.high)
    )
    return Estimate(area, min(low, area), max(high, area), "DeLong within folds, widened")
