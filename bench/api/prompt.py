"""The text of an event: the question, its facts a line each, the cue that the answer follows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

QUESTION = "Classify this event as signal or background."
"""What a text begins with."""
CUE = "Answer:"
"""What a text ends with; the answer follows."""
ANSWERS = (" background", " signal")
"""What follows a text, by the event's label."""
ABSENT = "none"
"""What is said of a jet that is not there."""
PLACEHOLDER = "\ufffc"
"""Stands in a text where a number stands, which the view `values` holds."""

JET = re.compile(r"j(\d)_(\w+)")
"""A column that is said of one jet, and of which."""
FLAG = "has_j2"
OF_BOTH = ("dr_jj", "m_jj")
"""Columns that say nothing without a second jet."""


def framed(lines: Iterable[str]) -> str:
    """A text of the view `texts` that says these lines of an event."""
    return "\n".join([QUESTION, *lines, CUE])


def facts(
    names: Sequence[str], row: Sequence[float], say: Callable[[str, float], str]
) -> Iterator[str]:
    """The features of an event in lines: one for each jet, then one for the event.

    Args:
        names: of the columns.
        row: the event's features.
        say: gives the text of a column's value; called in the order of the text, for what is said.
    """
    said = dict(zip(names, row, strict=True))
    alone = said.pop(FLAG, 1.0) == 0.0
    jets: dict[str, list[tuple[str, str]]] = {}
    event = []
    for name in said:
        if match := JET.fullmatch(name):
            jets.setdefault(match[1], []).append((match[2], name))
        elif not (alone and name in OF_BOTH):
            event.append(name)
    for number, told in jets.items():
        if alone and number == "2":
            yield f"jet{number}: {ABSENT}"
        else:
            yield f"jet{number}: " + " ".join(f"{o}={say(n, said[n])}" for o, n in told)
    if event:
        yield " ".join(f"{name}={say(name, said[name])}" for name in event)
