"""The ROC of weighted scores, and of bootstrapped samples of the same events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.metrics.floors import USUAL, Floor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.scores import Scored

Figures = Callable[["Curve"], "NDArray[np.float64]"]
"""Figures of a curve: (m,)."""
CURVES = 2000
"""Curves drawn; the ends' relative error is of the order of half a percent."""
BLOCK = 64
"""Curves drawn at once, or fewer where they have more corners than `HELD` can hold of so many."""
HELD = 2**20
"""Weights of runs drawn at once, 8 MB."""
CURVES_METHOD = "Bayesian bootstrap"
BACKGROUND_FLOOR = USUAL.events
"""Background events that have to be left for a maximum over thresholds to be believed."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Efficiencies at every distinct score, from the highest down; k points."""

    signal: NDArray[np.float64]  # (k,), eps_S
    background: NDArray[np.float64]  # (k,), eps_B
    left: NDArray[np.float64]  # (k,), background events that pass, unweighted

    def best_sic(self, floor: Floor = USUAL) -> tuple[float, int]:
        """The highest eps_S / sqrt(eps_B) over the thresholds that the floor allows.

        Gives it with its place on the curve; NaN and -1 where it allows none.
        """
        import numpy as np

        allowed = floor.allows(self.background, self.left)
        if not allowed.any():
            return float("nan"), -1
        sic = np.where(allowed, self.signal, 0) / np.sqrt(np.where(allowed, self.background, 1))
        place = int(np.argmax(sic))
        return float(sic[place]), place

    def at_floor(self, place: int, floor: Floor = USUAL) -> bool:
        """Whether the floor rules out every threshold that leaves less background than this one.

        With ties the fewest that are enough may be 31, if no threshold leaves 25 to 30. Never where
        it rules out none: a scorer without thresholds (constant scores), or whose first one leaves
        enough, has no more to show with more background.
        """
        allowed = floor.allows(self.background, self.left)
        return bool(place >= 0 and not allowed[0] and self.left[place] == self.left[allowed][0])

    def background_at(self, efficiency: float) -> tuple[float, int]:
        """eps_B at the lowest signal efficiency that is at least this, and the place there."""
        import numpy as np

        place = int(np.searchsorted(self.signal, efficiency - 1e-12))
        place = min(place, len(self.signal) - 1)
        return float(self.background[place]), place

    def signal_at(self, rate: float) -> tuple[float, float]:
        """The highest eps_S where at most this share of the background passes.

        Gives it with the background events left there; 0 and 0 where the first threshold passes
        too much already.
        """
        import numpy as np

        place = int(np.searchsorted(self.background, rate + 1e-12, side="right")) - 1
        return (float(self.signal[place]), float(self.left[place])) if place >= 0 else (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Ranking:
    """Events sorted by score, so that a resampled sample's curve costs a cumulative sum."""

    y: NDArray[np.int8]  # (n,), from the highest score down
    weights: NDArray[np.float64]  # (n,)
    ends: NDArray[np.intp]  # (k,), the last event of each distinct score
    order: NDArray[np.intp]  # (n,), the place of each of these events in the sample

    @classmethod
    def of(cls, scored: Scored) -> Ranking:
        """Sort once."""
        import numpy as np

        rank = scored.rank
        order = np.argsort(-rank, kind="stable")
        ends = np.flatnonzero(np.append(rank[order][1:] != rank[order][:-1], True))
        return cls(scored.y[order], scored.weights[order], ends, order)

    def curve(self, times: NDArray[np.int64] | None = None) -> Curve:
        """The ROC, with each event taken so many times, (n,); once each by default."""
        import numpy as np

        drawn = np.ones(len(self.y)) if times is None else times
        signal, background = (
            np.cumsum(np.where(self.y == label, drawn * self.weights, 0))[self.ends]
            for label in (1, 0)
        )
        left = np.cumsum(np.where(self.y == 0, drawn, 0))[self.ends]
        with np.errstate(invalid="ignore", divide="ignore"):
            return Curve(signal / signal[-1], background / background[-1], left)

    def drawn(self, figures: Figures, seed: int, count: int = CURVES) -> NDArray[np.float64]:
        """Figures of the replicas of the curve, of the lower and of the upper ones: (2, r, m).

        The lower end of an interval is to be taken from the lower (pessimistic) replicas, made
        worse by a pseudo-event, the upper one from the upper (optimistic) ones, as Clopper and
        Pearson's interval of a rate is.
        """
        import numpy as np

        pairs = [[figures(side) for side in sides] for sides in self.replicas(count, seed)]
        return np.array(pairs).swapaxes(0, 1)

    def corners(self) -> Curve:
        """The curve at its corners alone, where a run of signal or of background ends; c points.

        The first point is above all events.
        """
        import numpy as np

        curve, places = self.curve(), self._corners
        signal, background, left = (
            np.append(0.0, values[places])
            for values in (curve.signal, curve.background, curve.left)
        )
        return Curve(signal, background, left)

    def replicas(self, count: int, seed: int) -> Iterator[tuple[Curve, Curve]]:
        """Corners of the Bayesian bootstrap's curves, whose event weights are drawn from Exp(1).

        Each class has a pseudo-event beside those seen, where it harms most in the first curve of a
        pair and where it helps most in the second: a signal event below or above all others, a
        background event above or below. What is left of the background is the count that was seen.
        A run between corners is drawn at once, as a gamma variable of the run's mean and variance.

        Source: Rubin, Ann. Stat. 9 (1981) 130; for a rate this is Clopper and Pearson's interval.
        """
        import numpy as np

        rng = np.random.default_rng(seed)
        left = self.corners().left
        runs = [self._runs(label) for label in (1, 0)]
        block = max(1, min(BLOCK, HELD // len(left)))
        for first in range(0, count, block):
            size = min(block, count - first)
            drawn = [
                (rng.standard_gamma(shape, (size, len(shape))), rng.standard_exponential(size))
                for _, shape, _, _ in runs
            ]
            for i in range(size):  # one by one: of a million events a block would take gigabytes
                sides = []
                for (places, _, scale, pseudo_weight), (gammas, extras) in zip(
                    runs, drawn, strict=True
                ):
                    steps = np.zeros(len(left))
                    steps[places] = gammas[i] * scale
                    passed, extra = np.cumsum(steps), extras[i] * pseudo_weight
                    total = passed[-1] + extra
                    sides.append((passed / total, (passed + extra) / total))
                (below, above), (low, high) = sides
                yield Curve(below, high, left), Curve(above, low, left)

    @property
    def _corners(self) -> NDArray[np.intp]:
        """The places of the curve where a run of one class ends: (c - 1,)."""
        import numpy as np

        has_events = [
            np.diff(np.cumsum(self.y == label)[self.ends], prepend=0) > 0 for label in (1, 0)
        ]
        turns = (has_events[0][:-1] & has_events[1][1:]) | (has_events[1][:-1] & has_events[0][1:])
        return np.flatnonzero(np.append(turns, True))

    def _runs(
        self, label: int
    ) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64], float]:
        """Corners before which events of a class are, shape and scale of each, the mean weight."""
        import numpy as np

        ends, inside = self.ends[self._corners], self.y == label
        sums, squares = (
            np.diff(np.cumsum(np.where(inside, self.weights**power, 0.0))[ends], prepend=0.0)
            for power in (1, 2)
        )
        events = np.diff(np.cumsum(inside)[ends], prepend=0)
        some = np.flatnonzero(events)
        sums, squares = sums[some], squares[some]
        return some + 1, sums**2 / squares, squares / sums, float(self.weights[inside].mean())
