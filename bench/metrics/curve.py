"""The ROC of weighted scores, and of bootstrapped samples of the same events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.metrics.intervals import resamples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.scored import Scored

BACKGROUND_FLOOR = 25
"""Background events that have to be left for a maximum over thresholds to be believed."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Efficiencies at every distinct score, from the highest down; k points."""

    signal: NDArray[np.float64]  # (k,), eps_S
    background: NDArray[np.float64]  # (k,), eps_B
    left: NDArray[np.float64]  # (k,), background events that pass, unweighted

    def best_sic(self, floor: int = BACKGROUND_FLOOR) -> tuple[float, int]:
        """The highest eps_S / sqrt(eps_B) where at least `floor` background events pass.

        Gives it with its place on the curve; NaN and -1 where no threshold leaves so many.
        """
        import numpy as np

        allowed = self.left >= floor
        if not allowed.any():
            return float("nan"), -1
        sic = np.where(allowed, self.signal, 0) / np.sqrt(np.where(allowed, self.background, 1))
        place = int(np.argmax(sic))
        return float(sic[place]), place

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

    def replicas(self, count: int, seed: int) -> Iterator[Curve]:
        """Curves of bootstrapped samples, drawn within each class."""
        import numpy as np

        for times in resamples(self.y, count, np.random.default_rng(seed)):
            yield self.curve(times)
