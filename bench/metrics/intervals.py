"""95 % intervals: exact for rates, bootstrap over events for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.scored import Estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.scored import Scored

LEVEL = 0.95
TAILS = (0.025, 0.975)
REPLICAS = 10_000


def rate(successes: int, trials: int) -> Estimate:
    """A rate with its exact (Clopper-Pearson) interval; a dash where there is no trial."""
    from scipy.stats import binomtest

    if not trials:
        return Estimate(None, note="no event to count")
    interval = binomtest(successes, trials).proportion_ci(LEVEL, method="exact")
    return Estimate(successes / trials, interval.low, interval.high, method="Clopper-Pearson")


def percentiles(
    value: float, replicas: NDArray[np.floating], method: str = "bootstrap", note: str = ""
) -> Estimate:
    """A figure with the percentile interval of its replicas.

    An end that is not finite is left open; a value that is not finite is a dash.
    """
    import numpy as np

    if not np.isfinite(value):
        return Estimate(None, method=method, note=note or "not defined for these counts")
    low, high = (_finite(np.quantile(replicas, tail, method="nearest")) for tail in TAILS)
    return Estimate(float(value), low, high, method=method, note=note)


def resamples(
    y: NDArray[np.int8], count: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """How often each event is taken in each of `count` bootstrapped samples: (n,), by class."""
    import numpy as np

    rows = [np.flatnonzero(y == label) for label in (0, 1)]
    for _ in range(count):
        times = np.zeros(len(y), dtype=np.int64)
        for inside in rows:
            if len(inside):
                drawn = rng.integers(len(inside), size=len(inside))
                times[inside] = np.bincount(drawn, minlength=len(inside))
        yield times


def _finite(value: float) -> float | None:
    import numpy as np

    return float(value) if np.isfinite(value) else None


def decision_replicas(scored: Scored, rng: np.random.Generator) -> NDArray[np.float64]:
    """Weighted decisions of bootstrapped samples: (1 + REPLICAS, 2, 3), the first row as observed.

    The second axis is the label (background, signal), the third the outcome (called signal,
    called background, no verdict). Events are drawn anew within their class; as a decision depends
    on nothing but an event's outcome and weight, their numbers are drawn instead of the events.
    """
    import numpy as np

    outcome = np.where(scored.selected, 0, np.where(scored.verdict, 1, 2))
    sums = np.zeros((1 + REPLICAS, 2, 3))
    for label in (0, 1):
        inside = scored.y == label
        if not inside.any():
            continue
        weights, which = np.unique(scored.weights[inside], return_inverse=True)
        cells = np.bincount(which * 3 + outcome[inside], minlength=3 * len(weights))
        total = int(cells.sum())
        drawn = rng.multinomial(total, cells / total, size=REPLICAS)
        for row, counts in ((slice(0, 1), cells[None]), (slice(1, None), drawn)):
            by_weight = counts.reshape(-1, len(weights), 3)
            sums[row, label] = np.einsum("rwo,w->ro", by_weight, weights)
    return sums
