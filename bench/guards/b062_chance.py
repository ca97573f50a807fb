"""B062: scores that are no better than chance."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard, NotApplicableError, ScoreEvidence
from bench.guards.b061_inverted import WRONG, auc_of, where
from bench.guards.evidence import weak_sample
from bench.metrics.calibration import LEAST

FEW = 10
"""Different scores below which they are decisions."""


class Chance(Guard[ScoreEvidence]):
    """The fit is better than chance on the split that it was chosen by.

    Labels that are off by one event, or a network that is not trained, give an AUC of about one
    half; or, since features are strong and any direction among them separates a little, any AUC,
    and a log loss above that of one who knows the class ratio alone. Of imported scores the AUC on
    the evaluated events is looked at.
    """

    code, name, severity = "B062", "chance", WARN
    remedy = "train longer or on more events; look at whether labels belong to their events"

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """The AUC, where it is not above one half beyond doubt; the loss, where it is too high."""
        import numpy as np

        if weak_sample(evidence):
            raise NotApplicableError("labels are those of data, which B069 looks at")
        low, value, high = auc_of(evidence)
        if low <= 0.5 and high >= WRONG:
            yield f"AUC {value:.3f} [{low:.3f}, {high:.3f}] on {where(evidence)}: chance"
        if evidence.valid is None:
            return  # the class ratio that such probabilities are for is not known
        y, score = evidence.valid.y, evidence.valid.score
        if len(np.unique(score)) < FEW:
            return  # decisions, and no probabilities
        share = float(y.mean())
        nothing = -share * np.log(share) - (1 - share) * np.log(1 - share)
        right = np.where(y == 1, score, 1 - score)
        loss = float(np.nanmean(-np.log(np.clip(right, LEAST, 1.0))))
        if loss >= nothing:
            hint = f"the class ratio alone gives {nothing:.3f}"
            yield f"log loss {loss:.3f} on the valid split; {hint}"
