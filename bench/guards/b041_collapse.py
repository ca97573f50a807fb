"""B041: a training that collapsed to one class on the way."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard
from bench.guards.evidence import TrainingEvidence
from bench.guards.recorder import shown

SPREAD = 1e-3
"""Standard deviation of the scores of a balanced probe below which they are all the same."""


class Collapse(Guard[TrainingEvidence]):
    """The scores of a fixed probe with both classes stay apart as the training goes on.

    The study diary's first models said background to everything after a few hundred steps.
    """

    code, name, severity = "B041", "collapse", WARN
    remedy = "lower the learning rate, or balance the classes of the train sample"

    def check(self, evidence: TrainingEvidence) -> Iterator[str]:
        """At how many looks the scores were all the same, and when first."""
        import numpy as np

        looks = shown(evidence.record).looks
        late = looks[len(looks) // 2 :]
        flat = [step for step, scores in late if np.nanstd(scores) < SPREAD]
        if flat and len(flat) * 2 > len(late):
            yield f"from step {flat[0]} on the {len(looks[0][1])} probe events have one score"
