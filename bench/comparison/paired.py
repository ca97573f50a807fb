"""Paired tests: two models on the very same events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, isfinite
from statistics import NormalDist
from typing import TYPE_CHECKING

from bench.comparison.exact import fair_coin
from bench.metrics.curve import Ranking
from bench.metrics.floors import USUAL, Floor
from bench.metrics.intervals import resamples
from bench.metrics.ranking import placements

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.scores import Scored

REPLICAS = 1000
POWER = 0.8
"""Chance of telling two models apart that the number of events is to give."""
TWO_SIDED, ONE_SIDED = (NormalDist().inv_cdf(share) for share in (0.975, POWER))
"""Standard deviations of a normal distribution: of a 95 % interval, and of that chance."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much larger a figure is for the first model, on the same events."""

    what: str
    value: float
    low: float
    """Of the 95 % interval."""
    high: float
    p: float
    """The chance of so large a difference where there is none."""
    method: str
    needed: int | None = None
    """Signal events that would tell the two apart in four cases of five; None where the difference
    is nought."""

    @property
    def signal_events(self) -> str:
        """The number that it would take to two digits, as it is an estimate: `170,000`."""
        return f"{float(f'{self.needed or 0:.2g}'):,.0f}"


def auc_difference(one: Scored, other: Scored) -> Difference:
    """Of the areas under the ROC.

    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837; with event weights.
    """
    return auc_differences([one, other])[0]


def auc_differences(scores: Sequence[Scored]) -> list[Difference]:
    """The same of each two models, in the order of `combinations`; all on the same events."""
    import numpy as np

    one = scores[0]
    signal, background = (one.y == label for label in (1, 0))
    classes = ((signal, background), (background, signal))
    placed = [[placements(scored, *both) for both in classes] for scored in scores]
    shares = [one.weights[own] / one.weights[own].sum() for own, _ in classes]
    odds = [max(1 - float((share**2).sum()), 1e-12) for share in shares]
    count = int(signal.sum())
    made = []
    for i, j in combinations(range(len(scores)), 2):
        means, variance = [], 0.0
        for first, second, share, rest in zip(placed[i], placed[j], shares, odds, strict=True):
            gap = first - second
            means.append(float(share @ gap))
            variance += float((share**2) @ (gap - means[-1]) ** 2) / rest
        made.append(_of_areas(means[0], float(np.sqrt(variance)), count))
    return made


def _of_areas(value: float, spread: float, signal: int) -> Difference:
    """A difference of two areas by its standard deviation."""
    from scipy.special import ndtr

    half = TWO_SIDED * spread
    p = float(2 * ndtr(-abs(value) / spread)) if spread > 0 else float(value == 0)
    needed = _needed(value, spread, signal)
    return Difference("AUC", value, value - half, value + half, p, "DeLong", needed)


def max_sic_difference(one: Scored, other: Scored, floor: Floor = USUAL) -> Difference:
    """Of the maximum SIC under a floor, by a bootstrap that draws the same events for both."""
    import numpy as np

    rankings = [Ranking.of(scored) for scored in (one, other)]
    value = _gap(rankings, None, floor)
    rng = np.random.default_rng(one.seed)
    gaps = np.array([_gap(rankings, times, floor) for times in resamples(one.y, REPLICAS, rng)])
    gaps = gaps[np.isfinite(gaps)]
    if not np.isfinite(value) or len(gaps) < REPLICAS // 2:
        nan = float("nan")
        return Difference("max SIC", nan, nan, nan, nan, _too_few(floor))
    low, high = (float(np.quantile(gaps, tail)) for tail in (0.025, 0.975))
    # the share of replicas on the far side of nought, twice, and never less than they can show
    tail = min(np.mean(gaps <= 0), np.mean(gaps >= 0))
    p = float(min(1.0, 2 * max(tail, 1 / len(gaps))))
    needed = _needed(value, float(gaps.std()), int((one.y == 1).sum()))
    return Difference("max SIC", value, low, high, p, "paired bootstrap", needed)


def decision_difference(one: Scored, other: Scored, label: int) -> Difference:
    """Of the share of right decisions on one class: McNemar's exact test.

    Source: McNemar, Psychometrika 12 (1947) 153, in its exact binomial form; weights play no part.
    """
    import numpy as np

    inside = one.y == label
    n = int(inside.sum())
    what = "correct signal" if label == 1 else "correct background"
    if not n:
        nan = float("nan")
        return Difference(what, nan, nan, nan, nan, "no such event")
    right = [(s.selected == bool(label)) & s.answered for s in (one, other)]
    first = int((right[0] & ~right[1] & inside).sum())
    second = int((right[1] & ~right[0] & inside).sum())
    p = fair_coin(first, second)
    value = (first - second) / n
    spread = float(np.sqrt(max(first + second - (first - second) ** 2 / n, 0.0))) / n
    half = TWO_SIDED * spread
    method = f"McNemar, {first} against {second}"
    needed = _needed(value, spread, n) if label == 1 else None
    return Difference(what, value, value - half, value + half, p, method, needed)


def opposed(scores: Sequence[Scored]) -> set[tuple[int, int]]:
    """Pairs, by their places, of which one decides more often right on signal, less on background.

    Of the very same events; where the two differ by chance alone is among them, too.
    """
    import numpy as np

    y = scores[0].y
    ahead = []
    for label in (1, 0):
        right = [(s.selected == bool(label))[y == label] & s.answered[y == label] for s in scores]
        count = np.array([one.sum() for one in right], dtype=np.int64)
        ahead.append(np.sign(count[:, None] - count))
    first, second = np.nonzero(np.triu(ahead[0] * ahead[1] < 0))
    return set(zip(first.tolist(), second.tolist(), strict=True))


def holm(p: Sequence[float]) -> list[float]:
    """The p-values corrected for their number (Holm 1979); NaN stays and does not count."""
    import numpy as np

    values = np.asarray(p, dtype=np.float64)
    defined = np.flatnonzero(np.isfinite(values))
    order = defined[np.argsort(values[defined])]
    corrected = values.copy()
    largest = 0.0
    for place, i in enumerate(order):
        largest = max(largest, min(1.0, values[i] * (len(order) - place)))
        corrected[i] = largest
    return [float(value) for value in corrected]


def _too_few(floor: Floor) -> str:
    few = f"fewer than {floor.events} background events"
    return f"no threshold leaves {floor.words}" if floor.rate else few


def _gap(rankings: Sequence[Ranking], times: NDArray[np.int64] | None, floor: Floor) -> float:
    first, second = (
        ranking.curve(None if times is None else times[ranking.order]).best_sic(floor)[0]
        for ranking in rankings
    )
    return first - second


def _needed(value: float, spread: float, signal: int) -> int | None:
    """Signal events at which a difference as large stands out, the sample growing as it is."""
    if value == 0 or not isfinite(value):
        return None
    return ceil(signal * ((TWO_SIDED + ONE_SIDED) * spread / value) ** 2)
