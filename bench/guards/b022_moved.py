"""B022: parameters that are meant to be trained and stay where they are."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.recorder import shown
from bench.guards.wording import named


class Moved(Guard[SmokeFitEvidence]):
    """Everything that is meant to be trained moves within the first steps.

    Gradients are not enough: an update below the precision of a weight is rounded away, an
    optimizer in 8 bits can leave a tensor alone without a word, a learning rate can be 0.
    """

    code, name = "B022", "moved"
    remedy = "look at the learning rate, the optimizer's state and the precision of the weights"

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """What stayed."""
        record = shown(evidence.record)
        there = [name for name in record.trainable if name not in record.missing]
        if not record.steps:
            yield "the optimizer took no step at all"
        elif still := [name for name in there if name not in record.moved]:
            yield f"not moved in the first {min(record.steps, 3)} steps: {named(still)}"
