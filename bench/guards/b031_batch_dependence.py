"""B031: a score that depends on which other events are scored with it."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, ProbeEvidence
from bench.guards.probing import differing_scores

NEAR = 2e-3
"""Differences of probability that another batch's arithmetic may make."""


class BatchDependence(Guard[ProbeEvidence]):
    """An event scored by itself has the score that it has among others.

    Padding on a side that the model reads, a layer that normalises over the batch, or a threshold
    that is tuned on what is being scored make a score depend on the rest of the batch.
    """

    code, name = "B031", "batch-dependence"
    remedy = "score in evaluation mode, mask the padding, learn from the train split alone"

    def check(self, evidence: ProbeEvidence) -> Iterator[str]:
        """How many scores depend on it."""
        alone, among = evidence.alone, evidence.scores[: len(evidence.alone)]
        count, extent = differing_scores(alone, among, NEAR)
        if count:
            yield f"{count} of {len(alone)} events scored alone have another score{extent}"
