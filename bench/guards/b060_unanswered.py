"""B060: events without a verdict."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard, NotApplicableError, ScoreEvidence


class Unanswered(Guard[ScoreEvidence]):
    """The model gives no verdict on some events.

    They are counted as missed signal and as rejected background, never dropped: a model that only
    answers where it is sure would look better than it is.
    """

    code, name, severity = "B060", "unanswered", WARN
    remedy = "score from the answers' probabilities with decode=logits"

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """How many."""
        import numpy as np

        y, none = evidence.evaluated.y, np.isnan(evidence.evaluated.score)
        if none.all():
            raise NotApplicableError("there is no verdict at all, as B068 says")
        if none.any():
            signal = int((none & (y == 1)).sum())
            yield (
                f"{int(none.sum())} of {len(none)} events have no verdict, {signal} signal and "
                f"{int(none.sum()) - signal} background"
            )
