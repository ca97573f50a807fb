"""Figures of the scores' order, whatever the threshold: AUC, maximum SIC, background rejection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.metrics.curve import BACKGROUND_FLOOR, CURVES_METHOD, Curve, Ranking
from bench.metrics.intervals import TAILS, between
from bench.parts import Metric
from bench.scored import Estimate, Scored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


FEW = 100
"""Events of a class below which DeLong's variance is not to be trusted."""


@dataclass(frozen=True)
class AreaUnderCurve(Metric):
    """Area under the ROC, with DeLong's variance on the logit scale."""

    name = "auc"

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """Ties count half; an event without a verdict ranks last.

        With fewer than 100 events of a class DeLong's interval is too narrow (it holds the truth in
        87 % of cases with 11), and the score interval stands in for it, which is a little too wide.

        Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837; Newcombe, Stat. Med. 25
        (2006) 559.
        """
        import numpy as np
        from scipy.special import expit, logit
        from scipy.stats import norm

        if why := scored.unranked:
            return {"auc": Estimate(None, note=why)}
        signal, background = (scored.y == label for label in (1, 0))
        area, variance = 0.0, 0.0
        for one, other in ((signal, background), (background, signal)):
            placed = placements(scored, one, other)
            share = scored.weights[one] / scored.weights[one].sum()
            mean = float(share @ placed)
            spread = float((share**2) @ (placed - mean) ** 2)
            variance += spread / max(1 - float((share**2).sum()), 1e-12)
            area = mean if one is signal else area
        if not 0 < area < 1:
            return {"auc": Estimate(area, note="separated without an error: no interval")}
        if min(int(signal.sum()), int(background.sum())) < FEW:
            return {"auc": Estimate(area, *_score_ends(area, scored), method="Hanley-McNeil score")}
        half = float(norm.ppf(TAILS[1]) * np.sqrt(variance) / (area * (1 - area)))
        ends = expit(logit(area) - half), expit(logit(area) + half)
        return {"auc": Estimate(area, float(ends[0]), float(ends[1]), method="DeLong")}


@dataclass(frozen=True)
class MaximumSic(Metric):
    """The highest SIC over thresholds that leave enough background."""

    name = "max_sic"

    floor: int = BACKGROUND_FLOOR
    """Background events that have to pass, unweighted."""

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """Floor, background count and eps_S are in the note; a dash where the floor is not met.

        A maximum over thresholds is a little too high, the more so the fewer background events are
        left; its interval was seen to hold the maximum of the population in 90 to 100 % of cases.
        """
        import numpy as np

        if why := scored.unranked:
            return {"max_sic": Estimate(None, note=why)}
        ranking = Ranking.of(scored)
        curve = ranking.curve()
        value, place = curve.best_sic(self.floor)
        if place < 0:
            reason = f"no threshold leaves {self.floor} background events"
            return {"max_sic": Estimate(None, note=reason)}
        note = (
            f"floor {self.floor}, {curve.left[place]:.0f} background events left, "
            f"eps_S = {curve.signal[place]:.3f}"
        )
        drawn = ranking.drawn(lambda c: np.array([c.best_sic(self.floor)[0]]), scored.seed)
        return {"max_sic": between(value, drawn[:, :, 0], CURVES_METHOD, note)}


@dataclass(frozen=True)
class Rejection(Metric):
    """Background rejection 1 / eps_B at fixed signal efficiencies."""

    name = "rejection"

    efficiencies: tuple[float, ...] = (0.3, 0.5)
    """Signal efficiencies."""

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """A dash where no background event is left."""
        import numpy as np

        names = [f"rejection_{efficiency:g}" for efficiency in self.efficiencies]
        if why := scored.unranked:
            return dict.fromkeys(names, Estimate(None, note=why))
        ranking = Ranking.of(scored)
        curve = ranking.curve()

        def rejections(one: Curve) -> NDArray[np.float64]:
            passed = [one.background_at(efficiency)[0] for efficiency in self.efficiencies]
            with np.errstate(divide="ignore"):
                return 1 / np.array(passed)

        seen, drawn = rejections(curve), ranking.drawn(rejections, scored.seed)
        found = {}
        for i, (name, efficiency) in enumerate(zip(names, self.efficiencies, strict=True)):
            place = curve.background_at(efficiency)[1]
            note = f"{curve.left[place]:.0f} background events left"
            found[name] = between(float(seen[i]), drawn[:, :, i], CURVES_METHOD, note)
        return found


def _score_ends(area: float, scored: Scored) -> tuple[float, float]:
    """Between which true areas the one seen is within 1.96 of its spreads."""
    import numpy as np
    from scipy.optimize import brentq
    from scipy.stats import norm

    m, n = (_effective(scored.weights[scored.y == label]) for label in (1, 0))

    def distance(true: float) -> float:
        spread = np.sqrt(_hanley_mcneil(true, m, n))
        return float(abs(area - true) - norm.ppf(TAILS[1]) * spread)

    least, most = 1e-9, 1 - 1e-9
    low = brentq(distance, least, area) if distance(least) > 0 else 0.0
    high = brentq(distance, area, most) if distance(most) > 0 else 1.0
    return float(low), float(high)


def _effective(weights: NDArray[np.float64]) -> float:
    """Events of even weight that would be worth as much."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def _hanley_mcneil(area: float, m: float, n: float) -> float:
    """The variance of an area for m signal and n background events (Radiology 143 (1982) 29)."""
    signal, background = area / (2 - area), 2 * area**2 / (1 + area)
    pairs = (m - 1) * (signal - area**2) + (n - 1) * (background - area**2)
    return (area * (1 - area) + pairs) / (m * n)


def placements(
    scored: Scored, one: NDArray[np.bool_], other: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Share of the other class that each event of one class is on the right side of."""
    import numpy as np

    rank, against = scored.rank[one], scored.rank[other]
    order = np.argsort(against)
    total = np.concatenate([[0.0], np.cumsum(scored.weights[other][order])])
    below = total[np.searchsorted(against[order], rank, side="left")]
    up_to = total[np.searchsorted(against[order], rank, side="right")]
    half: NDArray[np.float64] = (below + up_to) / (2 * total[-1])
    return half if bool(scored.y[one][0]) else 1 - half
