"""B068: no event has an answer."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, ScoreEvidence


class Silent(Guard[ScoreEvidence]):
    """The model gives no answer on any event at all.

    All events rank alike then, so that figures can be computed, and none of them means anything.
    """

    code, name = "B068", "silent"
    remedy = "look at the column of scores, and at how answers are read"

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """That there is none, of the evaluated events or of those that the fit was chosen by."""
        scored, valid = evidence.evaluated, evidence.valid
        if not scored.answered.any():
            yield f"none of {len(scored.y)} events has an answer: no figure can come of it"
        elif valid is not None and len(valid.y) and not valid.answered.any():
            yield f"none of {len(valid.y)} events of the valid split has an answer"
