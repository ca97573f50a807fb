"""B042: a training in which ever more events get no verdict."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard
from bench.guards.evidence import TrainingEvidence
from bench.guards.recorder import shown

SHARE = 0.1


class TrainingUnanswered(Guard[TrainingEvidence]):
    """The model gives a verdict on the probe's events at every look."""

    code, name, severity = "B042", "training-unanswered", WARN
    remedy = (
        "look at what it answers; score from the answers' probabilities, not from generated text"
    )

    def check(self, evidence: TrainingEvidence) -> Iterator[str]:
        """The worst look."""
        import numpy as np

        looks = shown(evidence.record).looks
        worst = max(looks, key=lambda look: float(np.isnan(look[1]).mean()), default=None)
        if worst and (share := float(np.isnan(worst[1]).mean())) > SHARE:
            yield f"after step {worst[0]}, {share:.0%} of the probe events had no verdict"
