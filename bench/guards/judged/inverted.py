"""B061: scores that are those of the other class, or no better than chance."""

from __future__ import annotations

from collections.abc import Iterator

from bench.guards.evidence import Judged
from bench.guards.guard import Guard, NotApplicableError

LEAST = 20
WRONG = 0.4
"""AUC below which a model knows the classes and calls each by the other's name; one that has
learned nothing can be a little below one half, too."""


class Inverted(Guard[Judged]):
    """Signal scores lower than background on the split that the fit was chosen by.

    The probability of the wrong class, or swapped labels, gives an AUC far below one half.
    """

    code, name = "B061", "inverted"
    mend = "look at which column of the output is signal, and at how labels are coded"

    def look(self, evidence: Judged) -> Iterator[str]:
        """The AUC, where it is below one half beyond doubt."""
        low, value, high = auc_of(evidence)
        if high < WRONG:
            yield f"AUC {value:.3f} [{low:.3f}, {high:.3f}] on the valid split: below one half"


def auc_of(evidence: Judged) -> tuple[float, float, float]:
    """AUC on the valid split with its 95 % interval: low, value, high.

    Raises:
        NotApplicableError: too few events, a control, or a yardstick that learns nothing.
    """
    from bench.metrics.ranking import AreaUnderCurve

    valid = evidence.valid
    signal = int((valid.y == 1).sum())
    if not evidence.model.connected:
        raise NotApplicableError("a yardstick that learns nothing")
    if evidence.control:
        raise NotApplicableError(f"a control: {evidence.control}")
    if min(signal, len(valid.y) - signal) < LEAST:
        raise NotApplicableError(f"fewer than {LEAST} events of a class on the valid split")
    (found,) = AreaUnderCurve().estimate(valid).values()
    if found.value is None or found.low is None or found.high is None:
        raise NotApplicableError("no AUC")
    return found.low, found.value, found.high
