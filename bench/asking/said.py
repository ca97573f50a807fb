"""What a text says, checked against the text itself: no value that does not stand in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bench.api.asking import Reading
from bench.formatters.rules import Rules
from bench.formatters.units import ANGLE, column_unit, unit_of
from bench.formatters.words.phrases import phrases_in

if TYPE_CHECKING:
    from bench.api.asking import Number, Passage, Span
    from bench.api.vocabulary import Quantity

ROUNDING = 6e-8
"""Of a float32, in which features are kept."""
TURN = 2 * math.pi * (1 + 1e-4)
"""Radians of a full turn, as people round it."""
AROUND = 24
"""Characters that are shown before a number that nothing names."""


RULES = Rules.name
"""The formatter of which nobody has to be warned."""


@dataclass(frozen=True)
class ReadBy(Reading):
    """A reading, and whose it is."""

    by: str = RULES
    """The name of the formatter."""


@dataclass(frozen=True)
class Fact:
    """A value of a quantity, and where it is from."""

    name: str
    value: float
    """In the quantity's unit."""
    width: float
    """Half a unit of the last digit that was said, in the quantity's unit; what rounding leaves."""
    origin: str
    """The words that say it, or the rule that it follows by."""
    said: bool = True
    by: str = RULES
    """The formatter that took the number for this quantity."""
    probability: float | None = None
    """That it is so, by that formatter, where it says how sure it is."""


@dataclass
class Said:
    """What a text says of one event."""

    facts: dict[str, Fact] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    events: int = 0
    """How many events values are read of."""


def said_in(passage: Passage, readings: Sequence[Reading]) -> Said:
    """The values of readings that stand in the text; of others it is said that they are dropped."""
    said = Said()
    quantities = {quantity.name: quantity for quantity in passage.vocabulary.quantities}
    numbers = {number.span: number for number in passage.numbers}
    sound = []
    for reading in readings:
        quantity, number = quantities.get(reading.quantity), numbers.get(reading.span)
        if quantity is None or number is None or not _is_unit(passage, reading.unit):
            said.notices.append("a reading of what does not stand in the text was dropped")
        else:
            sound.append((reading, quantity, number))
    said.events = len({reading.event for reading, *_ in sound})
    bare = 0
    for reading, quantity, number in sound:
        unit = reading.unit or number.unit
        fact = _fact(passage, quantity, number, reading, unit)
        if fact is None:
            where = _quoted(passage.text, number.span)
            why = f"has no unit of {quantity.unit}"
            if unit is None:
                why = "has no unit and is more than a full turn: say whether it is in degrees"
            said.contradictions.append(f"{quantity.name}: {where} {why}")
        else:
            bare += unit is None and column_unit(quantity.unit)[0] == "energy"
            by = reading.by if isinstance(reading, ReadBy) else RULES
            _add(said, replace(fact, by=by, probability=reading.probability))
    for name, value, span in phrases_in(passage.text, passage.vocabulary):
        _add(said, Fact(name, value, 0.0, _quoted(passage.text, span)))
    if bare:
        said.notices.append(f"{bare} value{'s' if bare > 1 else ''} without a unit: taken in GeV")
    return said


def _is_unit(passage: Passage, span: Span | None) -> bool:
    return span is None or unit_of(passage.text[span[0] : span[1]]) is not None


def _fact(
    passage: Passage, quantity: Quantity, number: Number, reading: Reading, unit: Span | None
) -> Fact | None:
    """The value in the quantity's unit.

    None where the text names a unit of another kind, or none for an angle beyond a full turn.
    """
    kind, size = column_unit(quantity.unit)
    factor = 1.0
    if unit is not None:
        named = unit_of(passage.text[unit[0] : unit[1]])
        if named is None or named[0] != kind:
            return None
        factor = named[1] / size
    elif kind == "energy":
        factor = 1.0 / size  # GeV, as everybody's; which is said
    elif kind == ANGLE and abs(number.value) * size > TURN:
        return None  # of degrees, it may be
    value = number.value * factor
    width = max(number.step * factor / 2, abs(value) * ROUNDING)
    if quantity.period:
        value = math.remainder(value, quantity.period)
    words = reading.words
    if words and "\n" in passage.text[words[1] : number.span[0]]:  # a table's head
        spans = (words, number.span, *([reading.unit] if reading.unit else []))
        origin = " ".join(_quoted(passage.text, span) for span in spans)
        return Fact(quantity.name, value, width, origin)
    start = min(number.span[0], (words or number.span)[0])
    end = max((number.unit or number.span)[1], number.span[1], (words or number.span)[1])
    return Fact(quantity.name, value, width, _quoted(passage.text, (start, end)))


def _add(said: Said, fact: Fact) -> None:
    """Take a value in; said twice it has to be the same, and the more precise one counts."""
    earlier = said.facts.get(fact.name)
    if earlier is None:
        said.facts[fact.name] = fact
    elif abs(earlier.value - fact.value) > earlier.width + fact.width:
        said.contradictions.append(
            f"{fact.name} is said twice: {earlier.value:.6g} ({earlier.origin}) and "
            f"{fact.value:.6g} ({fact.origin})"
        )
    elif fact.width < earlier.width:
        said.facts[fact.name] = fact


def _quoted(text: str, span: Span) -> str:
    """Words of a text in one line that can be printed, the middle left out where it is long."""
    words = " ".join(text[span[0] : span[1]].split())
    if len(words) > 2 * AROUND + 3:
        words = f"{words[:AROUND]}...{words[-AROUND:]}"
    return f'"{printable(words)}"'


def printable(text: str) -> str:
    """The text with what cannot be printed, or turns the direction of writing, as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
