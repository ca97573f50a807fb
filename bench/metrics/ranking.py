"""Figures of the scores' order, whatever the threshold: AUC, maximum SIC, background rejection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.parts import Metric
from bench.api.scores import Estimate, Scored
from bench.metrics.curve import CURVES_METHOD, Curve, Ranking
from bench.metrics.floors import NO_FLOOR, USUAL, Floor
from bench.metrics.intervals import TAILS, between

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


AT_FLOOR = "at the floor"
"""What the note of a maximum says where more background events may raise it."""
PSEUDO_EVENTS = 0.25
"""Weight of the pseudo-event that the ends of an AUC add to each class, in events."""


@dataclass(frozen=True)
class AreaUnderCurve(Metric):
    """Area under the ROC, with DeLong's variance on the logit scale."""

    name = "auc"

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """Ties count half; an event without an answer ranks last.

        DeLong's variance of a few events is too small, as the worst of them is not among them: with
        11 signal events the interval held the truth in 74 to 90 % of cases, with a quarter of a
        pseudo-event of each class (the worst for the lower end, the best for the upper) in 95 to
        98 %; with hundreds of each class it makes no odds (95 to 96 %).

        Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837.
        """
        import numpy as np

        if why := scored.unranked:
            return {"auc": Estimate(None, note=why)}
        signal, background = (scored.y == label for label in (1, 0))
        placed = [
            (placements(scored, one, other), scored.weights[one])
            for one, other in ((signal, background), (background, signal))
        ]
        area = float(np.average(placed[0][0], weights=placed[0][1]))
        low, high = (_end(area, placed, placement) for placement in (0.0, 1.0))
        return {"auc": Estimate(area, low, high, method="DeLong, logit")}


@dataclass(frozen=True)
class MaximumSic(Metric):
    """The highest SIC over thresholds that leave enough background."""

    name = "max_sic"

    floor: str = str(USUAL.events)
    """Background events that have to pass, unweighted; or another floor: `fpr 1.84e-5` for at least
    such a share of the background, `fpr above 1e-4`, or none."""

    def __post_init__(self) -> None:
        Floor.read(self.floor)

    def estimate(self, scored: Scored) -> Mapping[str, Estimate]:
        """Floor, background count and eps_S are in the note; a dash where the floor is not met.

        A maximum over thresholds is too high, and one over thresholds of a replica is so once more:
        as much is taken off both ends. The upper end is that of the maximum, the lower one that of
        the threshold seen, which need not be the best one of the population. Of binormal scores
        (AUC 0.80 to 0.98; 200 to 1000 signal events, and 11 among 8000) it held the highest SIC of
        the population, at thresholds that leave as much background, in 94 to 99 % of cases.
        """
        if why := scored.unranked:
            return {"max_sic": Estimate(None, note=why)}
        floor, ranking = Floor.read(self.floor), Ranking.of(scored)
        curve = ranking.curve()
        value, place = curve.best_sic(floor)
        if place < 0:
            return {"max_sic": Estimate(None, note=f"no threshold leaves {_enough(floor)}")}
        note = (
            f"{_named(floor)}, {curve.left[place]:.0f} background events left, "
            f"eps_S = {curve.signal[place]:.3f}"
        )
        if floor.rate and floor.rate * curve.left[-1] < 1:
            note += f"; of {curve.left[-1]:.0f} background events the floor is less than one"
        if floor.least_events(int(curve.left[-1])) == 1:
            note += f"; from so few alone it is off by about {50 / curve.left[place] ** 0.5:.0f} %"
        if curve.at_floor(place, floor):
            note += f"; {AT_FLOOR}: {beyond(floor)}"
        least = float(curve.background[floor.allows(curve.background, curve.left)][0])
        low, high = self._ends(ranking, value, least, scored.seed)
        return {"max_sic": Estimate(value, low, high, CURVES_METHOD, note)}

    def _ends(self, ranking: Ranking, value: float, least: float, seed: int) -> tuple[float, float]:
        """Of the SIC where at least so much of the background passes."""
        import numpy as np

        def sic(curve: Curve) -> NDArray[np.float64]:
            values: NDArray[np.float64] = curve.signal / np.sqrt(
                np.maximum(curve.background, least)
            )
            return values

        def figures(curve: Curve) -> NDArray[np.float64]:
            values = sic(curve)
            return np.array([values.max(), values[chosen]])

        chosen = int(np.argmax(sic(ranking.corners())))
        (lower, upper) = ranking.drawn(figures, seed)
        raised = np.log(np.concatenate([lower[:, 0], upper[:, 0]])).mean() - np.log(value)
        low, high = np.quantile(lower[:, 1], TAILS[0]), np.quantile(upper[:, 0], TAILS[1])
        less = float(np.exp(-max(raised, 0.0)))
        return min(float(low) * less, value), max(float(high) * less, value)


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
        estimates = {}
        for i, (name, efficiency) in enumerate(zip(names, self.efficiencies, strict=True)):
            place = curve.background_at(efficiency)[1]
            note = f"{curve.left[place]:.0f} background events left"
            estimates[name] = between(float(seen[i]), drawn[:, :, i], CURVES_METHOD, note)
        return estimates


def _named(floor: Floor) -> str:
    if floor == NO_FLOOR:
        return floor.brief
    return f"floor {floor.brief if floor.rate else floor.events}"


def _enough(floor: Floor) -> str:
    return floor.words if floor.rate else f"{floor.events} background events"


def beyond(floor: Floor) -> str:
    """Why a maximum at the floor is no more than a lower limit."""
    return f"{'a tighter cut' if floor.rate else 'more background events'} may show more"


def _end(
    area: float, placed: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]], placement: float
) -> float:
    """The end of an area's interval, with a pseudo-event of such a placement in each class."""
    import numpy as np
    from scipy.special import expit, logit, ndtri

    centre, variance = area, 0.0
    for values, weights in placed:
        extra = PSEUDO_EVENTS * float(weights.mean())
        total = float(weights.sum()) + extra
        mean = (float(weights @ values) + extra * placement) / total
        squares = float(weights**2 @ (values - mean) ** 2)
        squares += extra**2 / PSEUDO_EVENTS * (placement - mean) ** 2
        even = float((weights**2).sum()) + extra**2 / PSEUDO_EVENTS
        variance += squares / (total**2 - even)
        centre += mean - area
    if not 0 < centre < 1:
        return centre
    sigmas = ndtri(TAILS[int(placement)])
    return float(expit(logit(centre) + sigmas * np.sqrt(variance) / (centre * (1 - centre))))


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
