"""What a language model reads of a number in a text, and the facts that it may write of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import bench

BEFORE, BEHIND = 140, 60
"""Characters of a text around a number."""
MARK, OTHER = "[?]", "N"
"""Stand for the number that is asked for, and for others."""
NOTHING = "nothing"
CUE = " =>"
SHORT = 2
"""A whole number of so many digits may be part of a name, such as `jet 2`, and is left."""


def fact(quantity: bench.Quantity) -> str:
    """A quantity as a model writes it: `jet 1: pT`."""
    return f"{quantity.object}: {quantity.words[0] if quantity.words else quantity.name}"


def facts(vocabulary: bench.Vocabulary) -> Mapping[str, str]:
    """The name of a quantity by the fact that says it; equal facts are the first one's."""
    named: dict[str, str] = {}
    for quantity in vocabulary.quantities:
        named.setdefault(fact(quantity), quantity.name)
    return named


def window(passage: bench.Passage, place: int, before: str) -> str:
    """The text around one of its numbers, others hidden, behind the fact of the last one."""
    text, number = passage.text, passage.numbers[place]
    start, end = number.span
    spans = [one.span for one in passage.numbers]
    left = _hidden(text, spans, max(0, start - BEFORE), start)
    right = _hidden(text, spans, end, min(len(text), end + BEHIND))
    return f"last: {before or NOTHING} | {_line(left)}{MARK}{_line(right)}{CUE}"


def _hidden(text: str, spans: Sequence[tuple[int, int]], first: int, last: int) -> str:
    """A piece of the text in which numbers are hidden, whole ones at its edges too."""
    out, at = [], first
    for start, end in spans:
        if end <= first or start >= last:
            continue
        word = text[start:end]
        if re.fullmatch(rf"[0-9]{{1,{SHORT}}}", word):
            continue
        out += [text[at : max(at, start)], OTHER]
        at = min(end, last)
    return "".join([*out, text[at:last]])


def _line(text: str) -> str:
    """The text in one line: line ends as a mark, runs of spaces as one."""
    return re.sub(r"[ \t]+", " ", re.sub(r"\s*\n\s*", " / ", text))
