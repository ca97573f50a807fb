"""B029: a model that scores after its training as it did before."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.recorder import shown


class Learned(Guard[SmokeFitEvidence]):
    """A fine-tuned model scores otherwise than its base.

    An adapter that is wrapped again after it was loaded, or merged into nothing, leaves the base
    as it was.
    """

    code, name = "B029", "learned"
    remedy = "look at which network scores, and whether it is the one that was trained"

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """Whether the two score the same."""
        import numpy as np

        record = shown(evidence.record)
        scores = evidence.probed.scores
        before = record.untrained
        if record.steps and before is not None and np.array_equal(scores, before, equal_nan=True):
            yield "the fitted model scores exactly as it did before its first step"
