"""Figures of the scores as probabilities: log loss, Brier score, calibration error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.parts import Metric
from bench.api.scores import Estimate, Scored
from bench.metrics.intervals import TAILS, percentiles, resamples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REPLICAS = 400
LEAST = 1e-15
"""Probabilities are kept so far from 0 and 1, that one wrong certainty is not the whole loss."""


@dataclass(frozen=True)
class ProperScores(Metric):
    """Log loss and Brier score: the smaller the better, and least for the true probability."""

    name = "proper_scores"

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """Weighted means with normal intervals; no answer counts as a probability of one half.

        They follow the class ratio of the sample, as probabilities do.
        """
        import numpy as np

        if scored.bare:
            return dict.fromkeys(("log_loss", "brier"), Estimate(None, note=scored.unranked))
        p, note = _probabilities(scored)
        right = np.where(scored.y == 1, p, 1 - p)
        losses = {
            "log_loss": -np.log(np.clip(right, LEAST, 1.0)),
            "brier": (1 - right) ** 2,
        }
        return {name: _mean(loss, scored, note) for name, loss in losses.items()}


@dataclass(frozen=True)
class CalibrationError(Metric):
    """How far the scores are from the share of signal among events of such a score."""

    name = "calibration_error"

    bins: int = 15
    """Bins of equally many events."""

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """The mean distance over bins, weighted by their events (expected calibration error).

        Source: Naeini, Cooper and Hauskrecht, AAAI 29 (2015) 2901, in bins of equal mass; chance
        alone makes it larger than nought, the more so the fewer events there are.
        """
        import numpy as np

        if scored.bare:
            return {"calibration_error": Estimate(None, note=scored.unranked)}
        p, note = _probabilities(scored)
        edges = np.quantile(p, np.linspace(0, 1, self.bins + 1)[1:-1])
        place = np.searchsorted(edges, p, side="right")
        gaps = scored.weights * (scored.y - p)

        def error(times: NDArray[np.int64] | int) -> float:
            gap = np.bincount(place, gaps * times, self.bins)
            return float(np.abs(gap).sum() / (scored.weights * times).sum())

        rng = np.random.default_rng(scored.seed)
        drawn = [error(times) for times in resamples(scored.y, REPLICAS, rng)]
        return {"calibration_error": percentiles(error(1), np.array(drawn), note=note)}


def _probabilities(scored: Scored) -> tuple[NDArray[np.float64], str]:
    """Scores, one half where there is no answer; and a note of how many those are."""
    import numpy as np

    missing = int((~scored.answered).sum())
    note = f"{missing} events without an answer count as one half" if missing else ""
    return np.where(scored.answered, scored.score, 0.5), note


def _mean(values: NDArray[np.float64], scored: Scored, note: str) -> Estimate:
    """A weighted mean over events whose number is given in each class."""
    import numpy as np
    from scipy.special import ndtri

    share = scored.weights / scored.weights.sum()
    mean = float(share @ values)
    apart = share * (values - mean)
    classes = [apart[scored.y == label] for label in (1, 0)]
    variance = sum(len(own) * float(own.var(ddof=1)) for own in classes if len(own) > 1)
    half = float(ndtri(TAILS[1]) * np.sqrt(variance))
    return Estimate(mean, max(mean - half, 0.0), mean + half, method="normal", note=note)
