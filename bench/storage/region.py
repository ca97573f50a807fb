"""A region: the events of which one feature is within a range, as `--region` says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from typing import Final

from bench.api.errors import RequestError

WANTED: Final = "wanted COLUMN=LOW:HIGH, such as m=100:200, in the unit of the column"
_SPELLED: Final = re.compile(r"\s*([^=:,\s]+)\s*=\s*([^=:,\s]+\s*:\s*[^=:,\s]+)\s*")
_RANGE: Final = re.compile(r"\s*([^=:,\s]+)\s*:\s*([^=:,\s]+)\s*")


@dataclass(frozen=True)
class Region:
    """A column and its range; an event is inside from `low` on and below `high`."""

    column: str
    low: float
    high: float

    @classmethod
    def read(cls, word: str) -> Region:
        """What `m_jj=3300:3700` says.

        Raises:
            RequestError: it says something else, several regions, or a range without room.
        """
        if word.count("=") > 1:
            raise RequestError(f"--region {word}: one region and no more; {WANTED}")
        match = _SPELLED.fullmatch(word)
        if match is None:
            raise RequestError(f"--region {word}: {WANTED}")
        return cls(match[1], *read_range(match[2], f"--region {word}", WANTED))

    def __str__(self) -> str:
        return f"{self.column}={spelled_range(self.low, self.high)}"

    @property
    def in_words(self) -> str:
        """`3300 <= m_jj < 3700`."""
        return f"{_short(self.low)} <= {self.column} < {_short(self.high)}"


def read_range(word: str, said: str, hint: str) -> tuple[float, float]:
    """What `3300:3700` says.

    Args:
        word: the range as it was typed.
        said: what an error begins with.
        hint: what it ends with.

    Raises:
        RequestError: it says something else, or leaves no room.
    """
    match = _RANGE.fullmatch(word)
    if match is None:
        raise RequestError(f"{said}: {hint}")
    try:
        low, high = float(match[1]), float(match[2])
    except ValueError:
        low = high = float("nan")
    if not (isfinite(low) and isfinite(high)):
        raise RequestError(f"{said}: LOW and HIGH are no numbers; {hint}")
    if low >= high:
        raise RequestError(f"{said}: LOW is not below HIGH; {hint}")
    return low, high


def spelled_range(low: float, high: float) -> str:
    """`3300:3700`, in the shortest spelling."""
    return f"{_short(low)}:{_short(high)}"


def spelled_region(word: str | None) -> str | None:
    """A region in the one spelling that it has; what is none stays as it is."""
    try:
        return str(Region.read(word)) if word else word
    except RequestError:
        return word


def _short(number: float) -> str:
    """The shortest spelling that is the same number."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
