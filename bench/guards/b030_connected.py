"""B030: an input that plays no part in the score."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, ProbeEvidence
from bench.guards.messages import first_names


class Connected(Guard[ProbeEvidence]):
    """Each input that a model declares changes its scores when it is shuffled between events.

    A vector that is never attached, or that the collator drops, leaves a model of text alone that
    passes for a fusion of both: so it went in the study diary until 21 October. Of a model that is
    trained by gradients every column has to count; trees may pass over one.
    """

    code, name = "B030", "connected"
    remedy = "follow that input from the encoder to the network; a control has to be asked for"

    def check(self, evidence: ProbeEvidence) -> Iterator[str]:
        """Which view or column plays no part."""
        import numpy as np

        def same(scores: np.ndarray) -> bool:
            return np.array_equal(scores, evidence.scores, equal_nan=True)

        needed = evidence.model.depends_on
        views = {name.partition("[")[0] for name in needed}
        dead = {
            view for view, scores in evidence.shuffled.items() if view in views and same(scores)
        }
        for view in sorted(dead):
            yield f"the scores stay the same with {view} shuffled between events"
        columns = [
            column
            for column, scores in evidence.columns.items()
            if not needed.isdisjoint({column, view := column.partition("[")[0]})
            and view not in dead
            and same(scores)
        ]
        if columns:
            yield f"columns that play no part: {first_names(columns)}"
