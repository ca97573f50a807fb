"""Figures of the scores' order, whatever the threshold: AUC, maximum SIC, background rejection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.metrics.curve import BACKGROUND_FLOOR, Ranking
from bench.metrics.intervals import percentiles
from bench.parts import Metric
from bench.scored import Estimate, Scored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ONE_CLASS = Estimate(None, note="one class only")
CURVES = 400
"""Bootstrapped curves; their 2.5 % quantile has a relative error of the order of a percent."""


@dataclass(frozen=True)
class AreaUnderCurve(Metric):
    """Area under the ROC, with DeLong's variance on the logit scale."""

    name = "auc"

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """Ties count half; an event without a verdict ranks last.

        Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837.
        """
        import numpy as np
        from scipy.special import expit, logit
        from scipy.stats import norm

        if not scored.two_classes:
            return {"auc": ONE_CLASS}
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
        half = float(norm.ppf(0.975) * np.sqrt(variance) / (area * (1 - area)))
        ends = expit(logit(area) - half), expit(logit(area) + half)
        return {"auc": Estimate(area, float(ends[0]), float(ends[1]), method="DeLong")}


@dataclass(frozen=True)
class MaximumSic(Metric):
    """The highest SIC over thresholds that leave enough background."""

    name = "max_sic"

    floor: int = BACKGROUND_FLOOR
    """Background events that have to pass, unweighted."""

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """Floor, background count and eps_S are in the note; a dash where the floor is not met."""
        import numpy as np

        if not scored.two_classes:
            return {"max_sic": ONE_CLASS}
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
        drawn = [c.best_sic(self.floor)[0] for c in ranking.replicas(CURVES, scored.seed)]
        return {"max_sic": percentiles(value, np.array(drawn), note=note)}


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
        if not scored.two_classes:
            return dict.fromkeys(names, ONE_CLASS)
        ranking = Ranking.of(scored)
        curve = ranking.curve()
        drawn = list(ranking.replicas(CURVES, scored.seed))
        found = {}
        for name, efficiency in zip(names, self.efficiencies, strict=True):
            background, place = curve.background_at(efficiency)
            note = f"{curve.left[place]:.0f} background events left"
            with np.errstate(divide="ignore"):
                passed = np.array([c.background_at(efficiency)[0] for c in drawn])
                value, replicas = 1 / np.float64(background), 1 / passed
            found[name] = percentiles(float(value), replicas, note=note)
        return found


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
