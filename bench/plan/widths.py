"""How wide intervals will be on a sample of a size: functions of a classifier and of counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.scores import Scored

    Counts = NDArray[np.integer] | int

SIGMAS = 1.96
"""Standard deviations from the middle of a 95 % interval to its end."""
ASSUMED = 0.95
"""The AUC of the classifier that is assumed where no past run tells."""


@dataclass(frozen=True)
class Power:
    """What a classifier is expected to do, and how noisy one event of each class makes that."""

    basis: str
    """Where it is taken from."""
    area: float
    spreads: tuple[float, float]
    """The variance of AUC that one signal and one background event bring (DeLong)."""
    passed: float
    """Share of the signal over the threshold."""
    leaked: float
    """Share of the background over the threshold."""

    @property
    def sic(self) -> float | None:
        """At the threshold; None where no signal or no background passes."""
        return self.passed / self.leaked**0.5 if self.passed and self.leaked else None

    def auc_width(self, signal: int, background: int) -> float | None:
        """Of the interval of AUC, which is made on the logit scale; None where there is none."""
        import numpy as np
        from scipy.special import expit, logit

        if not signal or not background or not 0 < self.area < 1:
            return None
        variance = self.spreads[0] / signal + self.spreads[1] / background
        half = SIGMAS * np.sqrt(variance) / (self.area * (1 - self.area))
        return float(expit(logit(self.area) + half) - expit(logit(self.area) - half))

    def sic_width(self, signal: int, background: int) -> float | None:
        """Of the interval of SIC at the threshold, over SIC; None where there is none."""
        if self.sic is None or not signal or not background:
            return None
        return float(self.sic_widths(signal, background))

    def sic_widths(self, signal: Counts, background: Counts) -> NDArray[np.float64]:
        """The relative widths for many counts at once.

        With many events it is 2 * 1.96 times the root of (1 - p) / (p nS) + (1 - q) / (4 q nB). As
        with the metric itself the rates are beta distributed, with one event more that is decided
        wrongly at the lower end and rightly at the upper one, so that it holds for few events too.
        """
        import numpy as np

        n, m = (np.asarray(count, dtype=np.float64) for count in (signal, background))
        k, j = self.passed * n, self.leaked * m
        with np.errstate(over="ignore"):
            low = _end(-1, _log_beta(k, n - k + 1), _log_beta(j + 1, m - j))
            high = _end(+1, _log_beta(k + 1, n - k), _log_beta(j, m - j + 1))
            widths: NDArray[np.float64] = (high - low) / (self.passed / self.leaked**0.5)
        return widths


def power_of(scored: Scored, basis: str) -> Power:
    """What stored scores show."""
    import numpy as np

    from bench.metrics.ranking import placements

    means, spreads, rates = [], [], []
    for own, other in ((1, 0), (0, 1)):
        inside = scored.y == own
        placed = placements(scored, inside, scored.y == other)
        share = scored.weights[inside] / scored.weights[inside].sum()
        mean = float(share @ placed)
        means.append(mean)
        spreads.append(float(share @ (placed - mean) ** 2) / max(1 - float(share @ share), 1e-12))
        rates.append(float(share @ scored.selected[inside].astype(np.float64)))
    return Power(basis, means[0], (spreads[0], spreads[1]), rates[0], rates[1])


def assumed(threshold: str = "0.5") -> Power:
    """Scores from two normal distributions of one width, cut at `fpr=RATE` or at equal errors.

    Source: Owen, Ann. Math. Stat. 27 (1956) 1075, for the variance of the placements.
    """
    from scipy.special import owens_t
    from scipy.stats import norm

    place = float(norm.ppf(ASSUMED))
    apart = 2**0.5 * place
    spread = float(norm.cdf(place) - 2 * owens_t(place, 3**-0.5) - norm.cdf(place) ** 2)
    leaked, cut = float(norm.sf(apart / 2)), "at equal errors"
    if (rate := threshold.removeprefix("fpr=")) != threshold and 0 < float(rate) < 1:
        leaked, cut = float(rate), f"at a false positive rate of {rate}"
    passed = float(norm.sf(norm.isf(leaked) - apart))
    basis = f"assumed: a binormal classifier of AUC {ASSUMED:g}, threshold {cut}"
    return Power(basis, ASSUMED, (spread, spread), passed, leaked)


def _log_beta(
    a: NDArray[np.float64], b: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance of the logarithm of a beta distributed rate."""
    from scipy.special import polygamma, psi

    return psi(a) - psi(a + b), polygamma(1, a) - polygamma(1, a + b)


def _end(
    side: int,
    signal: tuple[NDArray[np.float64], NDArray[np.float64]],
    background: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """An end of the interval of eps_S / sqrt(eps_B), by mean and variance of its logarithm."""
    import numpy as np

    middle = signal[0] - background[0] / 2
    end: NDArray[np.float64] = np.exp(
        middle + side * SIGMAS * np.sqrt(signal[1] + background[1] / 4)
    )
    return end
