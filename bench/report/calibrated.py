"""How many in a hundred events of a score are signal, at the class ratio that they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.errors import DamagedError
from bench.comparison.shift import reweighted
from bench.metrics.intervals import rate
from bench.report.event_sets import Setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.scores import Scored

BINS, WIDTH = 11, 0.7
"""Bins around the share of signal, and the width of each, in decades of the odds."""
FEWEST = 25
"""Events that a bin has to hold."""


@dataclass(frozen=True, eq=False)
class Calibrated:
    """Mean score and share of signal in k bins, with the 95 % interval of the share."""

    score: NDArray[np.float64]  # (k,), corrected if that is known
    share: NDArray[np.float64]  # (k,)
    low: NDArray[np.float64]  # (k,)
    high: NDArray[np.float64]  # (k,)
    prior: float
    """The share of signal that the events stand for."""
    corrected: bool
    """Whether the scores were brought from the fit's share of signal to this one (Bayes)."""

    @classmethod
    def of(cls, setting: Setting) -> Calibrated:
        """Of the run that stands for a model."""
        import numpy as np

        scored, fitted = setting.middle.scored(), _fitted_share(setting)
        answered = scored.answered
        y, weights, score = scored.y[answered], scored.weights[answered], scored.score[answered]
        prior = _share(scored.y, scored.weights)
        if fitted is not None:
            score = reweighted(score, fitted, prior)
        usual = [float(scored.weights[scored.y == label].mean()) for label in (0, 1)]
        place, rows = _bins(score, prior), []
        for inside in (place == k for k in range(BINS)):
            if inside.sum() >= FEWEST:
                mean = float(np.average(score[inside], weights=weights[inside]))
                rows.append((mean, *_shares(y[inside], weights[inside], usual)))
        score, share, low, high = np.array(rows).reshape(-1, 4).T
        return cls(score, share, low, high, prior, fitted is not None)


def _fitted_share(setting: Setting) -> float | None:
    """The share of signal that its scores were made for, None where that is not known."""
    run = setting.middle
    if run.record.weak:
        return None  # of data, and of no class ratio
    try:
        valid: Scored | None = run.scored("valid")
    except DamagedError:
        valid = None
    if valid is not None and valid.two_classes:
        return _share(valid.y, valid.weights)
    train = run.record.train
    if train is None or not (train.signal and train.background):
        return None
    return train.signal / (train.signal + train.background)


def _share(y: NDArray[np.int8], weights: NDArray[np.float64]) -> float:
    return float(weights[y == 1].sum() / weights.sum())


def _bins(score: NDArray[np.float64], prior: float) -> NDArray[np.intp]:
    """The bin of each score, the outermost ones open: (n,)."""
    import numpy as np

    with np.errstate(divide="ignore"):
        odds = np.log10(score) - np.log10(1 - score)
    edges = np.log10(prior / (1 - prior)) + WIDTH * (np.arange(1, BINS) - BINS / 2)
    places: NDArray[np.intp] = np.digitize(odds, edges)
    return places


def _shares(
    y: NDArray[np.int8], weights: NDArray[np.float64], usual: list[float]
) -> tuple[float, float, float]:
    """The share of signal and the ends of its interval: of the counts, exact, and then weighted."""
    counts = [int((y == label).sum()) for label in (0, 1)]
    weight = [float(weights[y == k].mean()) if counts[k] else usual[k] for k in (0, 1)]
    seen = rate(counts[1], sum(counts))

    def weighted(share: float) -> float:
        return share * weight[1] / (share * weight[1] + (1 - share) * weight[0])

    value, low, high = (weighted(end or 0.0) for end in (seen.value, seen.low, seen.high))
    return value, low, high
