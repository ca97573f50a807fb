"""B066: decisions in place of scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.api.guard import WARN, Guard, NotApplicableError, ScoreEvidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEW = 10
"""Different scores below which they have been rounded."""


class BareDecisions(Guard[ScoreEvidence]):
    """The scores are decisions, 0 or 1, or take a handful of values.

    A decision is one point of a ROC and has no order: its area is smaller than that of the very
    scores that were cut. Decisions are judged at their threshold, paired with others' decisions,
    and never ranked by AUC; of coarse scores, ties hide what the model knows.
    """

    code, name, severity = "B066", "decisions", WARN
    remedy = "bring the scores themselves, before any cut and unrounded"

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """Which values there are, where they are so few."""
        import numpy as np

        if not evidence.learns:
            raise NotApplicableError("a yardstick that learns nothing")
        scored = evidence.evaluated
        values = np.unique(scored.score[scored.answered])
        if scored.bare:
            yield f"{_values_in_words(values)}{_side(values, scored.threshold)}"
        elif evidence.imported and 0 < len(values) < min(FEW, len(scored.y) // FEW):
            yield f"{len(values)} different scores in {len(scored.y)} events: ranked with many ties"


def are_decisions(score: NDArray[np.float64]) -> bool:
    """Whether scores are the decisions 0 and 1 and nothing else, both of them."""
    import numpy as np

    return np.array_equal(np.unique(score[~np.isnan(score)]), [0.0, 1.0])


def rank_nothing(score: NDArray[np.float64]) -> bool:
    """Whether scores have one cut at most, and so no order: two values, or one."""
    import numpy as np

    return 0 < len(np.unique(score[~np.isnan(score)])) <= 2


def _values_in_words(values: NDArray[np.float64]) -> str:
    if len(values) == 1:
        return f"every score is {values[0]:g}: nothing to rank by"
    return f"every score is {values[0]:g} or {values[1]:g}: decisions, never ranked against scores"


def _side(values: NDArray[np.float64], threshold: float) -> str:
    """Where a threshold does not tell the two values apart."""
    if len(values) < 2 or values[0] < threshold <= values[1]:
        return ""
    return f"; the threshold {threshold:g} is not between them"
