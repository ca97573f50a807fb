"""B026: a model that scores otherwise, or an encoder that encodes so, once it was saved."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.probing import differing_scores

NEAR = 1e-4


class Reread(Guard[SmokeFitEvidence]):
    """What was saved, loaded in a fresh process, scores as it did before.

    Weights that are trained and not saved, or saved and not loaded, leave a model of random or
    untrained parts, which scores without complaint. The study diary's adapter was not in its
    checkpoints. An encoder knows in a fresh process what its `learn` gave, and nothing else: what
    it keeps beside that, in itself or its module, is lost there, and may be the labels.
    """

    code, name = "B026", "reread"
    remedy = (
        "save every trained tensor by name, and refuse on loading what is missing or too many; let "
        "`learn` return all that `encode` needs"
    )

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """How many scores differ, and which views."""
        if evidence.unread:
            yield f"what was saved cannot be loaded in a fresh process: {evidence.unread}"
            return
        for view in evidence.encoded_otherwise:
            yield f"encoders give another {view} in a fresh process, from what they learned alone"
        count, extent = differing_scores(evidence.probed.scores, evidence.reread, NEAR)
        if count:
            of = len(evidence.reread)
            yield f"saved and loaded in a fresh process, {count} of {of} scores differ{extent}"
