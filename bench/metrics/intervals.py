"""95 % intervals: exact for rates, and as near to exact as can be for what is made of rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bench.api.scores import Estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.scores import Scored

TAILS = (0.025, 0.975)
REPLICAS = 10_000


def rate(successes: int, trials: int) -> Estimate:
    """A rate with its exact (Clopper-Pearson) interval; a dash where there is no trial.

    The ends are quantiles of beta distributions, Clopper and Pearson, Biometrika 26 (1934) 404;
    `scipy.stats`, which has the interval too, would take 44 MB more.
    """
    from scipy.special import betaincinv

    if not trials:
        return Estimate(None, note="no event to count")
    failures = trials - successes
    low = float(betaincinv(successes, failures + 1, TAILS[0])) if successes else 0.0
    high = float(betaincinv(successes + 1, failures, TAILS[1])) if failures else 1.0
    return Estimate(successes / trials, low, high, method="Clopper-Pearson")


def percentiles(
    value: float, replicas: NDArray[np.floating], method: str = "bootstrap", note: str = ""
) -> Estimate:
    """A figure with the percentile interval of its replicas.

    An end that is not finite is left open; a value that is not finite is a dash.
    """
    return between(value, (replicas, replicas), method, note)


def between(
    value: float, sides: Iterable[NDArray[np.floating]], method: str, note: str = ""
) -> Estimate:
    """A figure from the 2.5 % quantile of its lower replicas to 97.5 % of its upper ones."""
    import numpy as np

    if not np.isfinite(value):
        return Estimate(None, method=method, note=note or "not defined for these counts")
    low, high = (
        _finite(np.nanquantile(drawn, tail, method="nearest"))
        for drawn, tail in zip(sides, TAILS, strict=True)
    )
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


def decision_sums(scored: Scored) -> NDArray[np.float64]:
    """Weights of the decisions as observed: (1, 2, 3).

    The second axis is the label (background, signal), the third the outcome (called signal,
    called background, no answer).
    """
    return _cells(scored)[0][None]


def decision_replicas(
    scored: Scored, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Replicas of the decisions' weights, the lower and the upper ones: (r, 2, 3) each.

    As a decision depends on nothing but an event's outcome and weight, sums of weights are drawn
    instead of events: from gamma distributions, which within a class makes beta distributed rates.
    Each class has a pseudo-event of weight one half, which the lower (pessimistic) replicas decide
    wrongly and the upper (optimistic) ones rightly; a whole one where no event was seen, which
    makes the interval of a rate Clopper and Pearson's there. Half of one holds the truth in 95 to
    97 % of cases, even with 11 signal events.
    Uneven weights count as as many events of their mean weight as have their spread.
    """
    import numpy as np

    sums, squares = _cells(scored)
    total = sums.sum(axis=1, keepdims=True)
    counts = scored.counts()
    events = np.array([[max(counts.background, 1)], [max(counts.signal, 1)]])
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(sums > 0, squares / sums, total / events)
        shape = np.where(sums > 0, sums / scale, 0.0)
    right = np.array([[0, 1, 0], [1, 0, 0]])
    wrong = np.array([[1, 0, 0], [0, 1, 0]])
    observed = total > 0
    extra = np.where(shape > 0, 0.5, 1.0) * observed
    drawn = []
    for pseudo_event in (wrong, right):
        gammas = rng.standard_gamma(shape + pseudo_event * extra, (REPLICAS, 2, 3)) * scale
        with np.errstate(invalid="ignore"):
            share = gammas / gammas.sum(axis=2, keepdims=True)
        drawn.append(np.where(observed, share, 0.0) * total)
    return drawn[0], drawn[1]


def _cells(scored: Scored) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums of weights, and of their squares, by label and outcome: (2, 3) each."""
    import numpy as np

    outcome = np.where(scored.selected, 0, np.where(scored.answered, 1, 2))
    place = scored.y.astype(np.int64) * 3 + outcome
    sums = np.bincount(place, scored.weights, minlength=6)
    each = 1.0 if scored.tallied else scored.weights
    squares = np.bincount(place, scored.weights * each, minlength=6)
    cells = [np.asarray(flat, dtype=np.float64).reshape(2, 3) for flat in (sums, squares)]
    return cells[0], cells[1]
