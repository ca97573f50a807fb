"""The scores of a run in the layout of Every Eval Ever, a line an event."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bench.exporting.eee.evaluation import DECIDED, VERSION, identity, result_id, sample_name

if TYPE_CHECKING:
    from bench.storage.store import Run

CLASSES = ("background", "signal")
"""By the label."""


def lines(run: Run, evaluation: str) -> Iterator[dict[str, Any]]:
    """A line an evaluated event: its id, label, P(signal), and whether it is called what it is.

    Args:
        run: of the scores.
        evaluation: what the run is called among evaluations.
    """
    record, scored, events = run.record, run.scored(), run.events()
    sample, threshold = sample_name(record), f"P(signal) >= {record.threshold!r}"
    labelled = record.sample.label if record.sample else record.dataset
    rows = zip(events, scored.y, scored.score, scored.weights, strict=True)
    for event, label, score, weight in rows:
        question, truth = f"event {event} of {labelled}", CLASSES[int(label)]
        answered = not math.isnan(score)
        called = CLASSES[int(score >= record.threshold)]
        right = answered and called == truth
        answer = {
            "turn_idx": 0,
            "source": "output.raw",
            "extracted_value": called,
            "extraction_method": threshold,
            "is_terminal": True,
        }
        yield {
            "schema_version": VERSION,
            "evaluation_id": evaluation,
            "model_id": identity(record),
            "evaluation_name": sample,
            "evaluation_result_id": result_id(run, DECIDED),
            "sample_id": str(event),
            "sample_hash": hashlib.sha256(f"{question}{truth}".encode()).hexdigest(),
            "interaction_type": "single_turn",
            "input": {"raw": question, "reference": [truth], "choices": list(CLASSES)},
            "output": {"raw": [repr(float(score))] if answered else []},
            "messages": None,
            "answer_attribution": [answer] if answered else [],
            "evaluation": {"score": float(right), "is_correct": right},
            "metadata": {"label": str(label), "weight": repr(float(weight))},
            **({} if answered else {"error": "no answer"}),
        }
