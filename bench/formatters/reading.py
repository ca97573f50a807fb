"""Words and numbers by patterns, tables by their heads, prose by its order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api.asking import Reading
from bench.formatters.layouts.brackets import read_brackets
from bench.formatters.layouts.tables import read_tables
from bench.formatters.markup import Plain, plain
from bench.formatters.prose.reader import read_prose
from bench.formatters.units import ENERGY, PATTERN, column_unit, unit_of
from bench.formatters.words.lexicon import lexicon
from bench.formatters.words.tokenizer import tokens

if TYPE_CHECKING:
    from bench.api.asking import Passage, Span

EVENTS = re.compile(
    r"\b(?:event|evt|ev)\b[\s#:.]*(?:no\.?|number|id)?[\s#:=.]*([0-9]+|[A-Z]\b)"
    r"|\b((?:first|second|third|other|another|1st|2nd|next)\s+event)\b",
    re.IGNORECASE,
)
"""What a text calls one of several events."""
UNIT = re.compile(rf"(?<![^\W_])(?:{PATTERN})", re.IGNORECASE)
EVERYWHERE = re.compile(
    rf"(?:\ball\b|\benerg\w+|\bmoment\w+|\bmasses|\bunits?|\bvalues|\beverything|\bnumbers|\bin)\b"
    rf"[^0-9\n.;]{{0,50}}?(?<![^\W_])({PATTERN})",
    re.IGNORECASE,
)
"""A unit that is said once for all numbers."""


def read(passage: Passage) -> list[Reading]:
    """What stands in tables, then what is said between them."""
    without = plain(passage.text)
    passage = _without_markup(passage, without)
    words = lexicon(passage.vocabulary)
    every = tokens(passage)
    readings: list[Reading] = []
    for of in (read_brackets, read_tables):
        said, covered = of(passage, words, every)
        readings += said
        every = [t for t in every if not any(a <= t.span[0] < b for a, b in covered)]
    readings += read_prose(passage, words, every)
    readings = _by_event(passage, _with_units(passage, readings))
    back = without.origin
    return [
        replace(
            one,
            span=back(one.span),
            unit=one.unit and back(one.unit),
            words=one.words and back(one.words),
        )
        for one in readings
    ]


def completed(passage: Passage, readings: Sequence[Reading]) -> list[Reading]:
    """The readings of a formatter that knows numbers alone, with units and events said elsewhere.

    A unit is then that of the next number in a list, or the one unit of energy that stands behind
    no number, wherever in the text.
    """
    without = plain(passage.text)
    plainly = _without_markup(passage, without)
    own = {number.span: number.unit for number in plainly.numbers}
    kinds = {q.name: column_unit(q.unit)[0] for q in passage.vocabulary.quantities}
    spans, alone = {number.span for number in passage.numbers}, _alone(plainly)
    out = [*readings]
    sound = [
        i
        for i, one in enumerate(readings)
        if one.unit is None and one.span in spans and one.quantity in kinds
    ]
    moved = [
        Reading(readings[i].quantity, without.place(readings[i].span), event=readings[i].event)
        for i in sound
    ]
    for i, one in zip(sound, _by_event(plainly, _with_units(plainly, moved)), strict=True):
        unit = one.unit
        if unit is None and own[one.span] is None and kinds[one.quantity] == ENERGY:
            unit = alone
        out[i] = replace(readings[i], unit=unit and without.origin(unit), event=one.event)
    return out


def _alone(passage: Passage) -> Span | None:
    """The one unit of energy that stands behind no number; None where there are several."""
    owned = {number.unit for number in passage.numbers}
    marks = [mark.span() for mark in EVENTS.finditer(passage.text)]
    of: dict[str, Span] = {}
    for match in UNIT.finditer(passage.text):
        if match[0] != "eV" and any(a <= match.start() < b for a, b in marks):
            continue  # `ev 7` is an event
        if match.span() not in owned and _kind(passage, match.span()) == ENERGY:
            of.setdefault(match[0].lower(), match.span())
    return next(iter(of.values())) if len(of) == 1 else None


def _without_markup(passage: Passage, without: Plain) -> Passage:
    """The passage of the plain text, without what others have read."""
    place = without.place
    numbers = (
        replace(n, span=place(n.span), unit=n.unit and place(n.unit)) for n in passage.numbers
    )
    return replace(passage, text=without.text, numbers=tuple(numbers))


def _with_units(passage: Passage, readings: list[Reading]) -> list[Reading]:
    """The readings, with units that are said for a list of numbers, or for all of them."""
    numbers = {number.span: number for number in passage.numbers}
    kinds = {q.name: column_unit(q.unit)[0] for q in passage.vocabulary.quantities}
    everywhere = _everywhere(passage)
    out: list[Reading] = []
    for i, reading in enumerate(readings):
        unit, kind = reading.unit or numbers[reading.span].unit, kinds[reading.quantity]
        if unit is None:
            unit = _of_list(passage, readings, i)
        if unit and unit != numbers[reading.span].unit and _kind(passage, unit) != kind:
            unit = None
        if unit is None and kind == ENERGY:
            unit = everywhere
        own = numbers[reading.span].unit
        out.append(replace(reading, unit=None if unit == own else unit))
    return out


def _kind(passage: Passage, unit: Span) -> str:
    """Of what a unit is one: an energy, an angle or a pure number."""
    named = unit_of(passage.text[unit[0] : unit[1]])
    return named[0] if named else ""


def _of_list(passage: Passage, readings: list[Reading], place: int) -> Span | None:
    """The unit of the next number, where both are said of one word: `1306 and 1411 GeV`."""
    reading = readings[place]
    for later in readings[place + 1 : place + 2]:
        number = next(n for n in passage.numbers if n.span == later.span)
        between = passage.text[reading.span[1] : later.span[0]]
        alike = later.words == reading.words if reading.words else _alike(reading, later)
        if alike and number.unit and len(between) < 40:
            return number.unit
    return None


def _alike(one: Reading, other: Reading) -> bool:
    """Whether they are the same quantity of two objects."""
    return one.quantity.partition("_")[2] == other.quantity.partition("_")[2] != ""


def _everywhere(passage: Passage) -> Span | None:
    """The one unit of energy that stands behind no number and beside no quantity's value."""
    owned = {number.unit for number in passage.numbers}
    said = [
        match.span(1) for match in EVERYWHERE.finditer(passage.text) if match.span(1) not in owned
    ]
    energies = [(unit_of(passage.text[a:b]), (a, b)) for a, b in said]
    of = {unit: span for unit, span in energies if unit and unit[0] == ENERGY}
    return next(iter(of.values())) if len(of) == 1 else None


def _by_event(passage: Passage, readings: Sequence[Reading]) -> list[Reading]:
    """The readings by the events that a text tells apart by name or number."""
    marks = [(m.start(), (m[1] or m[2]).casefold()) for m in EVENTS.finditer(passage.text)]
    if len({name for _, name in marks}) < 2:
        return list(readings)
    order = {name: i for i, name in enumerate(dict.fromkeys(name for _, name in marks))}
    out = []
    for reading in readings:
        before = [order[name] for place, name in marks if place <= reading.span[0]]
        out.append(replace(reading, event=(before or [0])[-1]))
    return out
