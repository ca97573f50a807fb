"""A text whose numbers are marked, which a model reads, and the facts that it may write of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import bench

NUMBERS, CHARACTERS = 48, 2000
"""At most so many numbers, and characters from the first to the last of them, at once."""
MOST = 240
"""Numbers of a text that are marked; an event has a few dozen, and each takes a model's time."""
BEFORE, BEHIND = 400, 160
"""Characters of the text around them."""
NOTHING = "nothing"
CUE = "\n=>"
"""Behind the text; then the facts come."""
SHORT = 2
"""A whole number of so many digits may be part of a name, such as `jet 2`, and is shown."""


def fact(quantity: bench.Quantity) -> str:
    """A quantity as a model writes it: `jet 1: pT`."""
    return f"{quantity.object}: {quantity.words[0] if quantity.words else quantity.name}"


def facts(vocabulary: bench.Vocabulary) -> Mapping[str, str]:
    """The name of a quantity by the fact that says it; equal facts are the first one's."""
    named: dict[str, str] = {}
    for quantity in vocabulary.quantities:
        named.setdefault(fact(quantity), quantity.name)
    return named


@dataclass(frozen=True)
class Sheet:
    """A piece of a text with its numbers marked, and which numbers of the passage they are."""

    text: str
    places: range

    def mark(self, place: int) -> str:
        """What stands before a number of the passage."""
        return mark(place - self.places.start)


def mark(number: int) -> str:
    """What stands before a number, and begins the line that says what it is."""
    return f"<{number}>"


def sheets(passage: bench.Passage) -> Iterator[Sheet]:
    """The pieces of a text, one for all that people say of an event; each number is in one.

    Of a text with more than `MOST` numbers, the others are left out.
    """
    spans, first = [number.span for number in passage.numbers[:MOST]], 0
    while first < len(spans):
        last = first + 1
        while last < min(len(spans), first + NUMBERS) and spans[last][1] <= (
            spans[first][0] + CHARACTERS
        ):
            last += 1
        yield sheet(passage.text, spans, range(first, last))
        first = last


def sheet(text: str, spans: Sequence[tuple[int, int]], places: range) -> Sheet:
    """These numbers of a text marked, with the text around them."""
    at = max(0, spans[places.start][0] - BEFORE)
    end = min(len(text), spans[places.stop - 1][1] + BEHIND)
    out = []
    for place, (first, last) in enumerate(spans):
        if first < at or last > end:
            continue
        marked = mark(place - places.start) if place in places else ""
        out += [_words(text[at:first]), marked, form(text[first:last])]
        at = last
    return Sheet("".join([*out, _words(text[at:end]), CUE]), places)


def has_words(passage: bench.Passage) -> bool:
    """Whether letters stand beside the numbers and their units, to say what they are."""
    letters = {i for i, letter in enumerate(passage.text) if letter.isalpha()}
    for number in passage.numbers:
        letters -= {*range(*number.span), *range(*(number.unit or (0, 0)))}
    return bool(letters)


def form(number: str) -> str:
    """How a number is written, without its digits; a short whole one as it is."""
    digits = number.lstrip("+-−")
    if digits == number and digits.isdigit() and len(digits) <= SHORT:
        return digits
    sign = "-" if number[:1] in ("-", "−") else ""
    return sign + ("n" if digits.isdigit() else "n.n")


def _words(text: str) -> str:
    """What stands between numbers: lower case, no mark of the model's own, no long blank."""
    text = re.sub(r"<(?=/?\w+>)", "< ", text.lower())
    text = re.sub(r"[0-9]{3,}", "n", text)
    return re.sub(r"([-=_*~#.])\1{3,}", r"\1\1\1", re.sub(r"[^\S\n]{2,}", "  ", text))
