"""What was understood of an event, as it is printed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tabulate import tabulate

if TYPE_CHECKING:
    from bench.api.table import Column
    from bench.asking.conclude import Understood

HEADINGS = ("column", "value", "unit", "from")


def lines(understood: Understood, columns: Sequence[Column]) -> Iterator[str]:
    """The table of what was understood, then what contradicts, what is missing, what to note."""
    units = {column.name: column.unit for column in columns}
    rows = [
        (fact.name, f"{fact.value:.7g}", units.get(fact.name, "(no column)"), fact.origin)
        for fact in understood.facts
    ]
    if rows:
        yield tabulate(rows, HEADINGS, tablefmt="plain", disable_numparse=True)
        yield ""
    yield from (f"contradiction: {line}" for line in understood.contradictions)
    for column in understood.missing:
        unit = "" if column.unit == "1" else f", in {column.unit}"
        yield f"missing: {column.name}{unit}: {column.meaning}"
    yield from (f"note: {line}" for line in understood.notices)


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
            }
            for fact in understood.facts
        ],
        "missing": [column.name for column in understood.missing],
        "contradictions": understood.contradictions,
        "notes": understood.notices,
    }
