"""The text of an event: the question, its facts a line each, the cue that the answer follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from bench.api.table import EVENT, Column

QUESTION = "Classify this event as signal or background."
"""What a text begins with."""
CUE = "Answer:"
"""What a text ends with; the answer follows."""
ANSWERS = (" background", " signal")
"""What follows a text, by the event's label."""
ABSENT = "none"
"""What is said of an object, such as a second jet, that is not there."""
PLACEHOLDER = "\ufffc"
"""Stands in a text where a number stands, which the view `values` holds."""


def framed(lines: Iterable[str]) -> str:
    """A text of the view `texts` that says these lines of an event."""
    return "\n".join([QUESTION, *lines, CUE])


def facts(
    columns: Sequence[Column], row: Sequence[float], say: Callable[[Column, float], str]
) -> Iterator[str]:
    """The features of an event in lines: one for each of its objects, then one for the event.

    Args:
        columns: of the features.
        row: the event's features.
        say: gives the text of a column's value; called in the order of the text, for what is said.
    """
    values = dict(zip([column.name for column in columns], row, strict=True))
    flags = {column.needs for column in columns}
    lines: dict[str, list[Column]] = {}
    for column in columns:
        if column.name not in flags:
            present = lines.setdefault(column.object, [])
            if values.get(column.needs, 1.0) != 0.0:
                present.append(column)
    event = lines.pop(EVENT, [])
    for name, present in lines.items():
        words = " ".join(f"{c.quantity or c.name}={say(c, values[c.name])}" for c in present)
        yield f"{name.replace(' ', '')}: {words or ABSENT}"
    if event:
        yield " ".join(f"{column.name}={say(column, values[column.name])}" for column in event)
