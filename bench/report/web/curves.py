"""The ROC of a model at few of its points, each of them one that a threshold gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.metrics.curve import Curve, Ranking
from bench.metrics.floors import USUAL, Floor
from bench.metrics.intervals import TAILS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.scores import Scored

STEPS = 101
"""Signal efficiencies that are drawn, from 0 to 1."""
CURVES = 100
"""Curves drawn on each side of a band."""


def curve(scored: Scored, rates: Sequence[float], floor: Floor = USUAL) -> dict[str, list[Any]]:
    """Efficiencies, thresholds and bands at the points drawn, from the highest score down.

    Args:
        scored: of one run.
        rates: background efficiencies at each of which the most signal is to be seen.
        floor: of the maximum SIC, whose place is among the points.
    """
    import numpy as np

    ranking = Ranking.of(scored)
    whole = ranking.curve()
    places = thinned(whole, rates, floor)
    score = scored.score[ranking.order][ranking.ends][places]
    low, high = _band(ranking, whole.signal[places], scored.seed)
    passed = whole.background[places]  # where the curve jumps, replicas may all lie on one side
    low, high = np.minimum(low, passed), np.maximum(high, passed)
    return {
        "signal": _short(whole.signal[places]),
        "background": _short(passed),
        "low": _short(low),
        "high": _short(high),
        "left": np.round(whole.left[places]).astype(int).tolist(),
        "threshold": _short(score),
    }


def thinned(whole: Curve, rates: Sequence[float], floor: Floor = USUAL) -> NDArray[np.intp]:
    """The places of points at even steps of signal efficiency, at these rates, and at the best.

    At a step stands the first threshold that keeps so much signal; at a rate the last one that
    keeps no more of the background.
    """
    import numpy as np

    last = len(whole.signal) - 1
    steps = np.searchsorted(whole.signal, np.linspace(0, 1, STEPS)[1:] - 1e-12)
    at_rates = np.searchsorted(whole.background, np.array(rates) + 1e-12, side="right") - 1
    first = int(np.argmax(floor.allows(whole.background, whole.left)))
    limits = [int(np.searchsorted(whole.left, 1)), first]
    _, best = whole.best_sic(floor)
    places = np.concatenate([steps, at_rates, limits, [best, last]])
    return np.unique(places[(places >= 0) & (places <= last)])


def _band(
    ranking: Ranking, efficiencies: NDArray[np.float64], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ends of eps_B at these signal efficiencies: (m,), (m,)."""
    import numpy as np

    def passed(one: Curve) -> NDArray[np.float64]:
        return np.interp(efficiencies, one.signal, one.background)

    pessimistic, optimistic = ranking.drawn(passed, seed, CURVES)
    return (np.quantile(optimistic, TAILS[0], axis=0), np.quantile(pessimistic, TAILS[1], axis=0))


def _short(values: NDArray[np.float64]) -> list[float | None]:
    """To four digits; None for what is not known."""
    return [float(f"{value:.4g}") if abs(value) < float("inf") else None for value in values]
