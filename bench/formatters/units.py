"""Units as people write them, and how many of a column's unit they are."""

from __future__ import annotations

import math
import re

ENERGY, ANGLE, PURE = "energy", "angle", "pure"
Unit = tuple[str, float]
"""Its kind, and how many GeV, rad or 1 it is."""

_VOLTS = {"e": 1e-9, "k": 1e-6, "m": 1e-3, "g": 1.0, "t": 1e3}
_PREFIXES = {"kilo": 1e-6, "mega": 1e-3, "giga": 1.0, "tera": 1e3}
_NAMES: dict[str, Unit] = {
    **{f"{letter}ev": (ENERGY, factor) for letter, factor in _VOLTS.items() if letter != "e"},
    **{f"{prefix}electronvolt": (ENERGY, factor) for prefix, factor in _PREFIXES.items()},
    "ev": (ENERGY, 1e-9),
    "rad": (ANGLE, 1.0),
    "radian": (ANGLE, 1.0),
    "mrad": (ANGLE, 1e-3),
    "deg": (ANGLE, math.pi / 180),
    "degree": (ANGLE, math.pi / 180),
    "°": (ANGLE, math.pi / 180),
    "%": (PURE, 0.01),
    "percent": (PURE, 0.01),
    "1": (PURE, 1.0),
}
PATTERN = (
    r"(?:(?:kilo|mega|giga|tera)[ -]?electron[ -]?volts?|[kmgt]?ev(?:/c(?:\^?2|²)?)?"
    r"|radians?|m?rad|degrees?|deg|percent)(?![^\W_])|°|%"
)
"""A unit, whatever its case; letters do not go on behind it."""
_COLUMN = re.compile(r"([0-9.]+)?\s*(\D.*)?")


def unit_of(word: str) -> Unit | None:
    """The unit that a word names, however it is spelled; None where it names none."""
    plain = re.sub(r"[ -]|/c.*$", "", word.strip().lower())
    return _NAMES.get(plain) or _NAMES.get(plain.removesuffix("s"))


def column_unit(unit: str) -> Unit:
    """A column's unit, such as `GeV`, `100 GeV` or `200`; one that is not known is its own kind."""
    matched = _COLUMN.fullmatch(unit.strip())
    factor, name = matched.groups() if matched else (None, unit)
    kind, size = unit_of(name or "1") or (unit, 1.0)
    return kind, size * float(factor or 1)
