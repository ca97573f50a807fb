"""Explanations and what was found of them, in the types of JSON."""

from __future__ import annotations

from dataclasses import asdict
from math import isnan
from typing import TYPE_CHECKING, Any

from bench.explaining.checking import Facts
from bench.explaining.events import SIDES

if TYPE_CHECKING:
    from bench.explaining.events import Explained
    from bench.explaining.judge import Judgement
    from bench.explaining.subject import Subject


def explanations_json(
    subject: Subject,
    explained: Explained,
    judgement: Judgement | None = None,
    control: tuple[str, Judgement] | None = None,
) -> dict[str, Any]:
    """All of it; `event` is a string, as not every reader of JSON has whole numbers of 64 bits."""
    record = subject.run.record
    facts = Facts(explained.table.columns, subject.medians)
    made: dict[str, Any] = {
        "run": subject.run.name,
        "model": record.setting,
        "sample": record.sample.label if record.sample else "",
        "seed": explained.seed,
        "numbers": "free" if explained.freely else "held to the event's text",
        "events": [_event(explained, facts, i) for i in range(len(explained.table))],
    }
    if judgement is not None:
        made["judgement"] = asdict(judgement)
    if control is not None:
        made["control"] = {"run": control[0], **asdict(control[1])}
    return made


def _event(explained: Explained, facts: Facts, i: int) -> dict[str, Any]:
    table, one = explained.table, explained.explanations[i]
    row, score = table.x[i].tolist(), float(explained.scores[i])
    return {
        "event": str(table.ids[i]),
        "label": SIDES[int(table.y[i])],
        "score": None if isnan(score) else score,
        "answer": one.answer,
        "text": one.text,
        "claims": [
            {
                **asdict(claim),
                "value": row[facts.at[claim.column]],
                "number_right": facts.is_right(claim, row),
                "direction_right": claim.high == facts.is_high(claim, row),
            }
            for claim in one.claims
        ],
        "unread": one.unread,
        "values": {column.name: row[j] for j, column in enumerate(table.columns)},
    }
