"""B040: a fit that scores otherwise once it was saved and loaded."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard
from bench.guards.b026_reread import NEAR
from bench.guards.evidence import TrainingEvidence
from bench.guards.probing import differing_scores


class Kept(Guard[TrainingEvidence]):
    """What was saved of this very fit scores as the fit did before it was saved.

    The run is scored with what was saved, so that a stored run can be scored again.
    """

    code, name = "B040", "kept"
    remedy = "save every trained tensor by name, and refuse on loading what is missing or too many"

    def check(self, evidence: TrainingEvidence) -> Iterator[str]:
        """How many scores differ."""
        count, _ = differing_scores(evidence.probed.scores, evidence.unsaved, NEAR)
        if count:
            of = len(evidence.unsaved)
            yield f"{count} of {of} scores differ between the fit and what was saved"
