"""B061: scores that are those of the other class, or no better than chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api.guard import Guard, NotApplicableError, ScoreEvidence

if TYPE_CHECKING:
    from bench.api.scores import Scored

LEAST = 20
FEWEST = 5
"""Events of each class from which on an interval far below one half is believed of scores that
have no valid split; a rare signal may have no more than eleven."""
WRONG = 0.4
"""AUC below which a model knows the classes and calls each by the other's name; one that has
learned nothing can be a little below one half, too."""


class Inverted(Guard[ScoreEvidence]):
    """Signal scores lower than background on the split that the fit was chosen by.

    The probability of the wrong class, or swapped labels, gives an AUC far below one half. Imported
    scores have no such split: the evaluated events are looked at.
    """

    code, name = "B061", "inverted"
    remedy = "look at which column of the output is signal, and at how labels are coded"

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """The AUC, where it is below one half beyond doubt."""
        low, value, high = auc_of(evidence, FEWEST if evidence.imported else LEAST)
        if high < WRONG:
            told = f"AUC {value:.3f} [{low:.3f}, {high:.3f}] on {where(evidence)}: below one half"
            yield f"{told}, the wrong way round; bring 1 - score" if evidence.imported else told


def where(evidence: ScoreEvidence) -> str:
    """The events whose AUC is looked at."""
    return "the evaluated events" if evidence.valid is None else "the valid split"


def auc_of(evidence: ScoreEvidence, least: int = LEAST) -> tuple[float, float, float]:
    """AUC on the valid split, or else the evaluated events, with its interval: low, value, high.

    Raises:
        NotApplicableError: too few events, a control, a yardstick that learns nothing, or scores
            that are not there.
    """
    import numpy as np

    from bench.metrics.ranking import AreaUnderCurve

    scored = _answered(evidence.evaluated) if evidence.valid is None else evidence.valid
    signal = int((scored.y == 1).sum())
    if not evidence.learns:
        raise NotApplicableError("a yardstick that learns nothing")
    if evidence.control:
        raise NotApplicableError(f"a control: {evidence.control}")
    if min(signal, len(scored.y) - signal) < least:
        raise NotApplicableError(f"fewer than {least} events of a class on {where(evidence)}")
    if evidence.imported and len(np.unique(scored.score)) < 2:
        raise NotApplicableError("every score is the same")
    # decisions have an area, too: it is no figure to rank by, but says which way round they are
    (found,) = AreaUnderCurve().estimate(replace(scored, bare=False)).values()
    if found.value is None or found.low is None or found.high is None:
        raise NotApplicableError("no AUC")
    return found.low, found.value, found.high


def _answered(scored: Scored) -> Scored:
    """The events with a verdict: one class without any would pass for the lower one."""
    kept = scored.verdict
    return replace(
        scored, y=scored.y[kept], score=scored.score[kept], weights=scored.weights[kept], mass=None
    )
