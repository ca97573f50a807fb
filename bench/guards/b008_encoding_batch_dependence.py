"""B008: an encoding that depends on an event's place or on the other events."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard, InputEvidence
from bench.data.encode import views_of
from bench.guards.encodings import differing


class EncodingBatchDependence(Guard[InputEvidence]):
    """An encoder gives an event another encoding in another order, or among other events.

    What is learned belongs into `learn`, from the train split; in `encode` every event stands
    for itself, or the test sample tunes the encoding.
    """

    code, name = "B008", "encoding-batch-dependence"
    remedy = "learn from the train split in `learn`; encode each event by itself"

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """Which view of which encoder changes."""
        import numpy as np

        few = evidence.few
        order = np.arange(len(few))[::-1]
        ways = {"in another order": order, "among fewer events": np.arange(0, len(few), 3)}
        for encoder in evidence.encoders:
            learned = evidence.learned[encoder.name]
            whole = views_of(encoder, few, learned)
            for way, rows in ways.items():
                part = views_of(encoder, few.take(rows), learned)
                for view in differing(whole, part, rows):
                    yield f"{encoder.name} gives an event another {view} {way}"
