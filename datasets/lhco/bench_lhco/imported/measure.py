"""The unit of a column of a foreign file, and who says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Unit:
    """A unit as it was said, and what is made of it."""

    name: str
    stored: str
    """The unit that values are kept in."""
    factor: float = 1.0
    """What they are multiplied with on the way."""


@dataclass(frozen=True)
class Measure:
    """The unit of one column, and who says it."""

    name: str
    unit: Unit
    by: Literal["user", "file", "name", ""] = ""
    """`name` where it is the usual one of such a name; empty where nothing says one."""
