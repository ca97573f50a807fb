"""How wide intervals will be on a sample of a size, and which sample makes SIC's narrowest."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING

from bench.metrics.ranking import placements

if TYPE_CHECKING:
    from bench.scored import Scored

SIGMAS = 2 * 1.96
"""Standard deviations in a 95 % interval."""


@dataclass(frozen=True)
class Noise:
    """The variance that one event of each class brings: divided by their numbers, a figure's."""

    signal: float
    background: float

    def width(self, signal: int, background: int) -> float:
        """The width of the 95 % interval with so many events of each class."""
        if not signal or not background:
            return float("inf")
        return SIGMAS * sqrt(self.signal / signal + self.background / background)


@dataclass(frozen=True)
class Power:
    """What a classifier is expected to do, and how noisy that is."""

    told: str
    """Where it is taken from."""
    auc: Noise
    sic: Noise
    """Relative: of ln SIC at the threshold."""


def power_of(scored: Scored, told: str) -> Power:
    """The noise that stored scores show: DeLong's for AUC, binomial for the threshold's SIC."""
    import numpy as np

    signal, background = (scored.y == label for label in (1, 0))
    spreads = [
        float(np.var(placements(scored, own, against)))
        for own, against in ((signal, background), (background, signal))
    ]
    passed, leaked = (
        (float((scored.selected & inside).sum()) + 0.5) / (float(inside.sum()) + 1)
        for inside in (signal, background)
    )
    return Power(told, Noise(*spreads), _sic(passed, leaked))


def assumed() -> Power:
    """A classifier with two normal distributions of scores, AUC 0.95, cut where errors are even."""
    from scipy.stats import multivariate_normal, norm

    area = 0.95
    z = float(norm.ppf(area))
    # the chance that one event of a class ranks right against two of the other
    both = float(multivariate_normal.cdf([z, z], cov=[[1.0, 0.5], [0.5, 1.0]]))
    spread = both - area**2
    passed = float(norm.cdf(z / sqrt(2)))
    told = "a classifier of AUC 0.95, assumed"
    return Power(told, Noise(spread, spread), _sic(passed, 1 - passed))


def best_sample(noise: Noise, events: int, signal: int, background: int) -> tuple[int, int]:
    """How many of so many events should be signal, and how many background, of those there are.

    The variance a / n_S + b / n_B with n_S + n_B given is least at n_S : n_B = sqrt(a) : sqrt(b).
    """
    root = sqrt(noise.signal), sqrt(noise.background)
    wanted = ceil(events * root[0] / (root[0] + root[1]))
    least, most = max(1, events - background), min(signal, events - 1)
    n_signal = max(min(wanted, most), min(least, most))
    return n_signal, min(events - n_signal, background)


def _sic(passed: float, leaked: float) -> Noise:
    return Noise((1 - passed) / passed, (1 - leaked) / (4 * leaked))
