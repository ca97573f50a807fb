"""B007: an encoding that changes with the labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.api.guard import Guard, InputEvidence
from bench.guards.encodings import differing, views


class Relabelling(Guard[InputEvidence]):
    """An encoder reads the labels or the weights: what the model reads tells it the answer.

    The same events with the opposite labels, and other weights, have to be encoded the same.
    """

    code, name = "B007", "relabelling"
    remedy = "encode `table.x` alone"

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """Which view of which encoder changes."""
        few = evidence.few
        opposite = replace(few, y=(1 - few.y).astype(few.y.dtype), weights=few.weights * 3)
        for encoder in evidence.encoders:
            learned = evidence.learned[encoder.name]
            before, after = views(encoder, learned, few), views(encoder, learned, opposite)
            for view in differing(before, after):
                yield f"{encoder.name} gives another {view} where the labels are the opposite"
