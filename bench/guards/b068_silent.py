"""B068: no event has a verdict."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, ScoreEvidence


class Silent(Guard[ScoreEvidence]):
    """The model gives no verdict on any event at all.

    All events rank alike then, so that figures can be computed, and none of them means anything.
    """

    code, name = "B068", "silent"
    remedy = "look at the column of scores, and at how answers are read"

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """That there is none."""
        scored = evidence.evaluated
        if not scored.verdict.any():
            yield f"none of {len(scored.y)} events has a verdict: no figure can come of it"
