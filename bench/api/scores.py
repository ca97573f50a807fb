"""The scored events that metrics judge, and the estimates that they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; a value of None is a dash, and `note` says why."""

    value: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    """How the interval was made: `Clopper-Pearson`, `bootstrap`, `DeLong`, `count`."""
    note: str = ""


@dataclass(frozen=True)
class Counts:
    """How the decisions fell, in events; one without an answer is in none of the first four."""

    true_signal: int
    false_background: int
    """Signal called background."""
    false_signal: int
    """Background called signal."""
    true_background: int
    unjudged_signal: int
    unjudged_background: int

    @property
    def signal(self) -> int:
        """Signal events in all."""
        return self.true_signal + self.false_background + self.unjudged_signal

    @property
    def background(self) -> int:
        """Background events in all."""
        return self.true_background + self.false_signal + self.unjudged_background

    @property
    def unjudged(self) -> int:
        """Events without an answer."""
        return self.unjudged_signal + self.unjudged_background


@dataclass(frozen=True, eq=False)
class Scored:
    """The scores of n events of one sample, with the truth."""

    y: NDArray[np.int8]  # (n,), 1 signal, 0 background
    score: NDArray[np.float64]  # (n,), P(signal); NaN no answer
    weights: NDArray[np.float64]  # (n,)
    threshold: float
    """An event is called signal if its score is at least this."""
    seed: int = 0
    """For what is drawn at random, such as a bootstrap."""
    mass: NDArray[np.float64] | None = None  # (n,), GeV
    """The resonance mass of each event, whose background spectrum a cut is not to sculpt."""
    bare: bool = False
    """Whether the scores are bare decisions, 1 or 0, and rank nothing."""
    tallied: bool = False
    """Whether a row stands for as many events as its weight says: counts, and no event is known."""

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Whether the model gave an answer at all: (n,)."""
        import numpy as np

        return ~np.isnan(self.score)

    @property
    def selected(self) -> NDArray[np.bool_]:
        """Whether the event is called signal: (n,); one without an answer never is."""
        return self.score >= self.threshold  # NaN compares false

    @property
    def rank(self) -> NDArray[np.float64]:
        """The scores to rank by: (n,); no answer comes last, as such an event is never kept."""
        import numpy as np

        return np.where(self.answered, self.score, -np.inf)

    @property
    def unranked(self) -> str:
        """Why no figure of the scores' order can be given; empty where one can."""
        if self.bare:
            return "bare decisions: no scores to rank by"
        return "" if self.two_classes else "one class only"

    @property
    def two_classes(self) -> bool:
        """Whether there is signal as well as background."""
        return bool((self.y == 1).any() and (self.y == 0).any())

    def counts(self) -> Counts:
        """How the decisions fell."""
        import numpy as np

        def count(label: int, outcome: NDArray[np.bool_]) -> int:
            rows = (self.y == label) & outcome
            return int(self.weights[rows].sum() if self.tallied else np.count_nonzero(rows))

        rejected = self.answered & ~self.selected
        return Counts(
            true_signal=count(1, self.selected),
            false_background=count(1, rejected),
            false_signal=count(0, self.selected),
            true_background=count(0, rejected),
            unjudged_signal=count(1, ~self.answered),
            unjudged_background=count(0, ~self.answered),
        )
