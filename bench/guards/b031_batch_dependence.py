"""B031: a score that depends on which other events are scored with it."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, ProbeEvidence

NEAR = 2e-3
"""Differences of probability that another batch's arithmetic may make."""


class BatchDependence(Guard[ProbeEvidence]):
    """An event scored by itself has the score that it has among others.

    Padding on a side that the model reads, a layer that normalises over the batch, or a threshold
    that is tuned on what is being scored make a score depend on its company.
    """

    code, name = "B031", "batch-dependence"
    remedy = "score in evaluation mode, mask the padding, learn from the train split alone"

    def check(self, evidence: ProbeEvidence) -> Iterator[str]:
        """How many scores depend on it."""
        import numpy as np

        alone, among = evidence.alone, evidence.scores[: len(evidence.alone)]
        apart = np.abs(alone - among)
        bad = (apart > NEAR) | (np.isnan(alone) != np.isnan(among))
        if bad.any():
            told = f", by up to {np.nanmax(apart):.3f}" if np.isfinite(apart).any() else ""
            yield f"{int(bad.sum())} of {len(bad)} events scored alone have another score{told}"
