"""What commas and points in numbers mean, as far as the rest of a text settles it."""

from __future__ import annotations

import re
from dataclasses import dataclass

DIGITS = (
    r"(?:[0-9]{1,3}(?:[\u00a0\u2009\u202f'][0-9]{3})+(?![0-9])(?:[.,][0-9]+)?"
    r"|[1-9][0-9]{0,2}(?: [0-9]{3})+,[0-9]+"
    r"|[0-9]+(?:[.,][0-9]+){0,6}|[.][0-9]+)"
)
"""Digits with points and commas among them, whatever those mean."""
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_GROUPED_WHOLE = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_POINTED_GROUP = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_MIXED = re.compile(r"[0-9]+,[0-9]+")
_VALUE = r"[-+−]?[0-9.]{1,40}(?:[eE][-+]?[0-9]{1,4})?"
_ROW = re.compile(rf"(?<![0-9.]){_VALUE}(?:,{_VALUE}){{2,}}")
_TWO = re.compile(r"\.[0-9]+,[-+−]?[0-9]*\.[0-9]")
_POINT = re.compile(r"(?<![0-9.])[0-9]*\.[0-9]+(?![0-9.])")
_DECIMAL_COMMA = re.compile(
    r"(?<![0-9.,])(?:[0-9]{4,}|0),[0-9]+(?![,0-9])|[0-9],(?:[0-9]{1,2}|[0-9]{4,})(?![,0-9])"
)


@dataclass(frozen=True)
class Commas:
    """What a comma between digits does in a text."""

    points: bool
    """Whether points part decimals, so that commas do not."""
    decimal: bool
    """Whether commas part decimals."""
    both: bool
    """Whether both do, so that a comma before three digits says nothing."""
    separated: frozenset[int]
    """The beginnings of lines in which commas part values."""

    @classmethod
    def of(cls, text: str) -> Commas:
        """As the numbers that leave no doubt say."""
        starts, start = set(), 0
        for line in text.splitlines(keepends=True):
            if _TWO.search(line) or any(not _all_grouped(row) for row in _ROW.findall(line)):
                starts.add(start)
            start += len(line)
        prose = "".join(line if place not in starts else "\n" for place, line in _lines(text))
        mixed = re.search(r"[0-9]\.[0-9]{3},[0-9]", prose)
        decimal = bool(mixed or _DECIMAL_COMMA.search(prose))
        pointed = _POINT.findall(text)
        doubtful = decimal and all(_POINTED_GROUP.fullmatch(number) for number in pointed)
        points = bool(pointed) and not mixed and not doubtful
        return cls(points, decimal and not points, decimal and points, frozenset(starts))

    def end(self, text: str, start: int, body: int, end: int) -> int:
        """Where a number ends whose digits, points and commas go on until `body`."""
        digits = text[start:body]
        if "," not in digits or self._is_one(text, start, digits):
            return end
        return start + digits.index(",")

    def _is_one(self, text: str, start: int, digits: str) -> bool:
        line = text.rfind("\n", 0, start) + 1
        if line in self.separated:
            return False
        if self.points:
            if _MIXED.fullmatch(digits):
                return True
            whole, _, rest = digits.partition(".")
            return bool(_GROUPED.fullmatch(whole)) and "," not in rest
        return digits.count(",") == 1 or bool(_GROUPED.fullmatch(digits))

    def plain(self, digits: str, *, united: bool) -> str:
        """The digits as Python has them; `nan` where a comma or point leaves it open.

        A comma among points parts decimals before a unit; elsewhere it may part two numbers.
        """
        digits = re.sub(r"[ \u00a0\u2009\u202f']", "", digits)
        body = re.match(r"[0-9.,]+", digits)
        number = body[0] if body else ""
        if "," not in number:
            if self.decimal and re.fullmatch(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+", number):
                return number.replace(".", "")
            return number if number.count(".") <= 1 else "nan"
        grouped, single = bool(_GROUPED.fullmatch(number)), bool(_MIXED.fullmatch(number))
        if self.points and single and (self.both or not grouped):
            return number.replace(",", ".") if united and not grouped else "nan"
        if self.points or number.count(",") > 1:
            return number.replace(",", "")
        open_yet = grouped and not self.decimal
        return "nan" if open_yet else number.replace(".", "").replace(",", ".")


def _lines(text: str) -> list[tuple[int, str]]:
    starts, start = [], 0
    for line in text.splitlines(keepends=True):
        starts.append((start, line))
        start += len(line)
    return starts


def _all_grouped(line: str) -> bool:
    """Whether every comma between digits parts thousands."""
    numbers = re.findall(r"[0-9.]+(?:,[0-9.]+)+", line)
    return all(_GROUPED_WHOLE.fullmatch(number) for number in numbers)
