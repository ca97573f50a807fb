"""B031: a score that depends on which other events are scored with it."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, ProbeEvidence
from bench.guards.probing import differing_scores

NEAR = 2e-3
"""Differences of probability that another batch's arithmetic may make in 32 bits."""
ROUGH = 0.1
"""The same in 16 bits: a GPU computes a batch of another size by other kernels, and 30 layers in
bfloat16 were seen to differ by 0.03 then."""
IN_16_BITS = ("bfloat16", "float16")


class BatchDependence(Guard[ProbeEvidence]):
    """An event scored by itself has the score that it has among others.

    Padding on a side that the model reads, a layer that normalises over the batch, or a threshold
    that is tuned on what is being scored make a score depend on the rest of the batch. A model
    whose option `precision` says bfloat16 or float16 may differ by as much as such arithmetic does.
    """

    code, name = "B031", "batch-dependence"
    remedy = "score in evaluation mode, mask the padding, learn from the train split alone"

    def check(self, evidence: ProbeEvidence) -> Iterator[str]:
        """How many scores depend on it."""
        alone, among = evidence.alone, evidence.scores[: len(evidence.alone)]
        in_16_bits = getattr(evidence.model, "precision", "") in IN_16_BITS
        count, extent = differing_scores(alone, among, ROUGH if in_16_bits else NEAR)
        if count:
            yield f"{count} of {len(alone)} events scored alone have another score{extent}"
