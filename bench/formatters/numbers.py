"""The numbers that stand in a text, with their units, and those that are no value and why."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api.asking import Number, Passage
from bench.api.errors import InputError
from bench.formatters.commas import DIGITS, Commas
from bench.formatters.markup import plain
from bench.formatters.units import PATTERN, PURE, column_unit, unit_of

if TYPE_CHECKING:
    from bench.api.asking import Span
    from bench.api.vocabulary import Vocabulary

MANY = 1000
"""Numbers of a text of one event, and far more."""
LONGEST = 40
"""Characters of a number that somebody may have measured."""
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
EXPONENT = (
    r"[eE][+\-−]?[0-9]{1,4}(?![0-9])"
    r"|\s?[x×·*]\s?10(?:\s?(?:\^|\*\*)\s?\{?[+\-−]?[0-9]{1,3}\}?|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})"
)
NUMBER = re.compile(rf"(?P<sign>[+\-−])?(?P<body>{DIGITS})(?P<exponent>{EXPONENT})?")
UNIT = re.compile(rf"[\s\u00a0]{{0,3}}-?[\[(]?({PATTERN})", re.IGNORECASE)
VALUE = re.compile(r"\bvalue[\"']?\s?[:=]\s?[\"']?$", re.IGNORECASE)
UNIT_OF_VALUE = re.compile(
    rf"[\"']?\s?,\s?[\"']?units?[\"']?\s?[:=]\s?[\"']?({PATTERN})", re.IGNORECASE
)
"""The unit of `{"value": 1411, "unit": "GeV"}`."""
MASKED = re.compile(
    r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+Z?)?|\b[0-9]{1,2}:[0-9]{2}"
    r"(?::[0-9]{2}(?:[.,][0-9]+)?)?\b|(?<![0-9./])[0-9]{1,4}([./])[0-9]{1,2}\1[0-9]{2,4}(?![0-9./])|&#?\w{1,8};|</?[A-Za-z][^<>\n]{0,200}>"
)
"""Dates, times of day, and the tags of a page: their digits are no numbers of an event."""
BOUND = re.compile(
    r"(?:[<>≤≥]=?|\b(?:more|less|greater|larger|smaller|fewer|higher|lower|better)\s+than|\bclosest\s+to|\babove"
    r"|\bbelow|\bover|\bunder|\bat\s+(?:least|most)|\bup\s+to|\bexceed(?:s|ing)?|\bbetween"
    r"|\bminimum(?:\s+of)?|\bmaximum(?:\s+of)?|\bthreshold(?:\s+of)?)\s*$",
    re.IGNORECASE,
)
UNCERTAINTY = re.compile(r"(?:±|\+/?[-−]|\+\s*/\s*-|\\pm)\s*$")
DIRECTED = re.compile(r"(?:[-=]>|</?[A-Za-z][^<>\n]{0,200}>)\s*$")
TIMES = re.compile(r"\b(?:twice|thrice|double|half|times)\s+(?:of\s+)?$", re.IGNORECASE)
PRECISION = re.compile(
    r"\b(?:known|accurate|precise|exact|good)\s+(?:only\s+)?to(?:\s+within)?\s*$", re.IGNORECASE
)
SHARE = re.compile(r"\s?%?\s(?:of|times|x)\s(?:the|that|its|what)\b", re.IGNORECASE)
"""Behind a share, `0.93 of the pT of the first`, or a part of a count, `40 of its particles`."""
APART = re.compile(
    r"\s(?:(?:or|and)\s)?(?:less|more|lighter|heavier|higher|lower|larger|smaller|greater|fewer|softer|harder)\b"
    r"(?!\s(?:or\s(?:less|more)|jets?|one|of|energetic)\b)"
    r"|\s(?:above|below|under|over)\s(?:that|those|jet|its|the\s(?:first|second|other|lead\w*|sublead\w*))\b",
    re.IGNORECASE,
)
"""Behind a number that says how far something is from something else."""
PART = re.compile(r"\s(?:of\s(?:which|them)\s)?(?:are\s|is\s)?(?:charged|neutral)\b", re.IGNORECASE)
RANGE = re.compile(r"\s*(?:–|—|\.\.\.?|\bto\b)\s*|-|\s+-\s+")
BETWEEN = re.compile(r"\s*(?:and|&)\s*")

ITEM = re.compile(r"(?:.*\n)?[ \t]*[0-9]{1,2}", re.DOTALL)
ITEM_BEHIND = re.compile(r"[.)][ \t][^\W\d_(]")
"""The number of an item in a list of lines."""


@dataclass(frozen=True)
class NoValue:
    """A number that cannot be a value."""

    span: Span
    why: str


def scan(text: str, vocabulary: Vocabulary) -> tuple[Passage, list[NoValue]]:
    """The passage of a text, and the numbers that are left out of it.

    Raises:
        InputError: there are far more numbers in it than an event has.
    """
    without = plain(text)
    hidden = _without(without.text)
    commas = Commas.of(hidden)
    values: list[Number] = []
    left: list[NoValue] = []
    kinds = {q.name: column_unit(q.unit)[0] for q in vocabulary.quantities}
    last: tuple[Number, str] | None = None
    for count, span in enumerate(_spans(hidden, commas)):
        if count == MANY:
            raise InputError(f"more than {MANY} numbers: wanted the words of one event")
        number = _number(hidden, span, commas, kinds)
        between = hidden[_end(last[0]) : span[0]] if last else ""
        why = _why_not(hidden, number)
        if last and not why and _is_range(last, number, between, hidden):
            why = "the end of a range, no value"
            if values and values[-1] is last[0]:
                values.pop()
                left.append(NoValue(last[0].span, "the beginning of a range, no value"))
        if why:
            left.append(NoValue(span, why))
        else:
            values.append(number)
        last = number, why
    back = without.origin
    numbers = (replace(n, span=back(n.span), unit=n.unit and back(n.unit)) for n in values)
    return Passage(text, tuple(numbers), vocabulary), [
        replace(one, span=back(one.span)) for one in left
    ]


def _without(text: str) -> str:
    """The text, as long, with blanks for what has digits and no numbers."""
    return MASKED.sub(lambda match: " " * len(match[0]), text)


def _spans(text: str, commas: Commas) -> Iterator[Span]:
    """Where the numbers stand; digits that are part of a word are none."""
    place = 0
    while match := NUMBER.search(text, place):
        start, end = match.span()
        end = commas.end(text, match.start("body"), match.end("body"), end)
        before = text[start - 1 : start]
        if match["sign"] and (before.isalnum() or before in (")", "]")):
            start, before = start + 1, match["sign"]
        after = text[end : end + 1]
        place = end
        if ITEM.fullmatch(text[max(0, start - 20) : end]) and ITEM_BEHIND.match(text, end):
            continue
        if before.isalnum() or before in ("_", "\\", "#", "@"):
            continue
        if (after.isalpha() or after == "_") and not UNIT.match(text, end):
            continue
        yield start, end


def _number(text: str, span: Span, commas: Commas, kinds: dict[str, str]) -> Number:
    matched = NUMBER.match(text, span[0])
    united = UNIT.match(text, span[1]) is not None
    body = text[matched.start("body") : span[1]] if matched else ""
    body = commas.plain(body, united=united)
    mantissa = re.match(r"[0-9.]+|nan", body)
    digits = mantissa[0] if mantissa else "nan"
    power = _power(text[span[0] : span[1]])
    sign = -1.0 if text[span[0]] in "-−" else 1.0
    unit = UNIT.match(text, span[1])
    if unit is None and VALUE.search(text[max(0, span[0] - 12) : span[0]]):
        unit = UNIT_OF_VALUE.match(text, span[1])
    named = unit_of(unit[1]) if unit else None
    share = named is None and SHARE.match(text, span[1])
    kind = PURE if share else named[0] if named else None
    fits = frozenset(n for n, own in kinds.items() if kind in (None, own))
    value, step = math.nan, 0.0
    if span[1] - span[0] <= LONGEST and digits != "nan":
        decimals = len(digits.partition(".")[2])
        try:
            value = float(f"{digits}e{power}") * sign
            step = float(f"1e{power - decimals}")
        except (OverflowError, ValueError):
            value = math.inf
    return Number(span, value, unit.span(1) if unit and named else None, step, fits)


def _power(number: str) -> int:
    """The power of ten behind a number's digits."""
    matched = re.search(
        r"(?:[eE]|10\s?(?:\^|\*\*)?\s?\{?)([+\-−⁻⁺]?[0-9⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4})\}?$", number
    )
    if not matched or not re.search(r"[eE×x·*]", number):
        return 0
    return int(matched[1].translate(SUPERSCRIPTS).replace("−", "-"))


def _end(number: Number) -> int:
    return number.unit[1] if number.unit else number.span[1]


def _why_not(text: str, number: Number) -> str:
    """Why a number is no value; empty where it can be one."""
    start, end = number.span
    before = text[max(0, start - 40) : start]
    if end - start > LONGEST:
        return f"{end - start} characters long, which nobody measures"
    if UNCERTAINTY.search(before):
        return "an uncertainty, no value"
    if BOUND.search(before) and not DIRECTED.search(before):
        return "a bound, no value"
    if why := _relative(text, before, number):
        return why
    if math.isnan(number.value):
        return "a comma that may part decimals or thousands: say which"
    return "" if math.isfinite(number.value) else "too large"


def _relative(text: str, before: str, number: Number) -> str:
    """Why a number is only said beside another value; empty where it stands by itself."""
    behind = _end(number)
    share = number.unit is None and not 0 < number.value < 1 and SHARE.match(text, behind)
    if share or TIMES.search(before):
        return "a share of something else, no value"
    if PRECISION.search(before):
        return "a precision, no value"
    if APART.match(text, behind):
        return "a difference from something else, no value"
    return "a part of a count, no value" if PART.match(text, behind) else ""


def _is_range(last: tuple[Number, str], number: Number, between: str, text: str) -> bool:
    """Whether two numbers are the ends of a range."""
    first, why = last
    if why.startswith("a bound") and BETWEEN.fullmatch(between):
        return bool(re.search(r"between\s*$", text[: first.span[0]][-12:], re.IGNORECASE))
    if not RANGE.fullmatch(between) or first.value >= number.value:
        return False
    if first.unit is None:
        return True
    return number.unit is not None and _same(text, first.unit, number.unit)


def _same(text: str, one: Span, other: Span) -> bool:
    return text[one[0] : one[1]].lower() == text[other[0] : other[1]].lower()
