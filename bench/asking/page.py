"""What was understood of an event, as it is printed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tabulate import tabulate

from bench.asking.said import RULES

if TYPE_CHECKING:
    from bench.api.table import Column
    from bench.asking.conclude import Understood
    from bench.asking.said import Fact

HEADINGS = ("column", "value", "unit", "from")
BY = "read by"
"""The heading of who read a value, which stands there where not all are of the rules."""


def lines(understood: Understood, columns: Sequence[Column]) -> Iterator[str]:
    """The table of what was understood, then what contradicts, what is missing, what to note."""
    units = {column.name: column.unit for column in columns}
    read = any(fact.said and fact.by != RULES for fact in understood.facts)
    rows = [
        (
            *(fact.name, f"{fact.value:.7g}", units.get(fact.name, "(no column)")),
            *((_by(fact),) if read else ()),
            fact.origin,
        )
        for fact in understood.facts
    ]
    headings = [*HEADINGS[:-1], *([BY] if read else []), HEADINGS[-1]]
    if rows:
        yield tabulate(rows, headings, tablefmt="plain", disable_numparse=True)
        yield ""
    yield from (f"contradiction: {line}" for line in understood.contradictions)
    for column in understood.missing:
        unit = "" if column.unit == "1" else f", in {column.unit}"
        yield f"missing: {column.name}{unit}: {column.meaning}"
    yield from (f"note: {line}" for line in understood.notices)


def _by(fact: Fact) -> str:
    """Who took the number for this quantity, and how sure it was; nobody of what follows."""
    if not fact.said:
        return ""
    sure = "" if fact.probability is None else f", P {_cut(fact.probability)}"
    return f"{fact.by}{sure}"


def _cut(probability: float) -> str:
    """Two digits, never rounded up to a certainty."""
    return f"{math.floor(min(probability, 0.99) * 100 + 1e-9) / 100:.2f}"


def verdict(score: float, threshold: float, title: str) -> str:
    """The score in a line."""
    if math.isnan(score):
        return f"no answer of {title}"
    called = "signal" if score >= threshold else "background"
    return f"P(signal) = {score:.4g}, {called} at the threshold {threshold:.4g}; by {title}"


def as_json(
    understood: Understood, columns: Sequence[Column], score: float | None
) -> dict[str, Any]:
    """The same for programs."""
    units = {column.name: column.unit for column in columns}
    return {
        "score": None if score is None or math.isnan(score) else score,
        "columns": [
            {
                "name": fact.name,
                "value": fact.value,
                "unit": units.get(fact.name),
                "from": fact.origin,
                "said": fact.said,
                "read_by": fact.by if fact.said else None,
                "probability": fact.probability,
            }
            for fact in understood.facts
        ],
        "missing": [column.name for column in understood.missing],
        "contradictions": understood.contradictions,
        "notes": understood.notices,
    }
