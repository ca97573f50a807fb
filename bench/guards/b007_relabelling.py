"""B007: an encoding that changes with the labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.api.guard import Guard, InputEvidence
from bench.data.encode import unlabelled
from bench.guards.encodings import differing


class Relabelling(Guard[InputEvidence]):
    """An encoder reads the labels or the weights, which would tell the model the answer.

    `encode` is never handed them: every label is 0 and every weight 1, so that what is made of
    them says nothing. The same events with every label 1 and every weight 3 have to be encoded
    the same.
    """

    code, name = "B007", "relabelling"
    remedy = "encode `table.x` alone"

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """Which view of which encoder changes."""
        import numpy as np

        few = unlabelled(evidence.few)
        other = replace(few, y=np.ones_like(few.y), weights=few.weights * 3)
        for encoder in evidence.encoders:
            learned = evidence.learned[encoder.name]
            before, after = (encoder.encode(one, learned) for one in (few, other))
            for view in differing(before, after):
                yield f"{encoder.name} gives another {view} where the labels or weights are others"
