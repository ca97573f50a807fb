"""B021: parameters that no gradient reaches."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.recorder import shown
from bench.guards.wording import named


class Reached(Guard[SmokeFitEvidence]):
    """Everything that is meant to be trained gets a gradient within the first steps.

    A module whose output is not used, is detached, or is frozen gets none. In the study diary the
    numbers were never handed to the forward pass, so that nothing reached their adapter.
    """

    code, name = "B021", "reached"
    remedy = (
        "follow the tensor from the input to the loss: where is it dropped, detached or frozen?"
    )

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """What got none."""
        record = shown(evidence.record)
        there = [name for name in record.trainable if name not in record.missing]
        if record.steps and (lost := [name for name in there if name not in record.reached]):
            yield f"no gradient in the first {min(record.steps, 3)} steps: {named(lost)}"
