"""B028: a loss that does not start where a model that knows nothing starts."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard, NotApplicableError
from bench.guards.evidence import SmokeFitEvidence

LOW, HIGH = 0.4, 3.0
"""Of the prior's entropy."""


class FirstLoss(Guard[SmokeFitEvidence]):
    """The loss at the first step is about the entropy of the class ratio: ln 2 at 1:1.

    A loss that is 16 times as large was added up over 16 batches and not averaged; one that is
    ten times as large is on something else than the answer; one near 0 has seen the answer.
    """

    code, name, severity = "B028", "first-loss", WARN
    remedy = "log the loss of the two answers as `answer_loss`; look at how batches are averaged"

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """The loss and where it should be."""
        import numpy as np

        if evidence.first_loss is None or evidence.record is None:
            raise NotApplicableError("no loss was logged")
        share = float((evidence.train.y == 1).mean())
        if not 0 < share < 1:
            raise NotApplicableError("one class only")
        entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
        if not LOW * entropy <= evidence.first_loss <= HIGH * entropy:
            yield (
                f"the loss starts at {evidence.first_loss:.3f}; a model that knows nothing but "
                f"the class ratio has {entropy:.3f}"
            )
