"""B032: a model that gives nearly all events the same score."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, ProbeEvidence


class Separate(Guard[ProbeEvidence]):
    """Events that differ have scores that differ.

    A fit that collapsed to one class gives all events one score. Accuracy at a rare signal does
    not show it: always saying background is right 99 times in 100.
    """

    code, name = "B032", "separate"
    remedy = "look at the loss, the learning rate and the class ratio of the train sample"

    def check(self, evidence: ProbeEvidence) -> Iterator[str]:
        """Whether the scores are constant."""
        import numpy as np

        if not evidence.model.depends_on or len(evidence.scores) < 2:
            return
        there = evidence.scores[~np.isnan(evidence.scores)]
        if len(there) and there.max() - there.min() < 1e-9:
            yield f"all {len(there)} events have the score {there[0]:.4g}"
