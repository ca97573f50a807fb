"""What an explanation says of an event, held against the event's own numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

from bench.explaining.events import present

if TYPE_CHECKING:
    from bench.api.table import Column
    from bench.explaining.explanation import Claim

SCALES = {"eV": 1e-9, "keV": 1e-6, "MeV": 1e-3, "GeV": 1.0, "TeV": 1e3, "PeV": 1e6}
"""Units of energy in GeV."""
LEAST_DIGITS = 3
"""Zeros at the end of a whole number count as digits up to this many: 1310 has three."""
SLACK = 1e-6
"""Of half a digit, for what binary numbers cannot hold."""


@dataclass(frozen=True)
class Facts:
    """The numbers of events, and what is usual among background."""

    columns: Sequence[Column]
    medians: Sequence[float]  # (d,), of the background events that were fitted on

    @cached_property
    def at(self) -> Mapping[str, int]:
        """The place of each column."""
        return {column.name: i for i, column in enumerate(self.columns)}

    def quoted(self, claim: Claim) -> float | None:
        """The number of a claim in its column's unit; None where its unit is not one of it."""
        column = self.columns[self.at[claim.column]]
        if claim.unit == column.unit or (not claim.unit and column.unit not in SCALES):
            return float(claim.quoted)
        if claim.unit in SCALES and column.unit in SCALES:
            return float(claim.quoted) * SCALES[claim.unit] / SCALES[column.unit]
        return None

    def is_right(self, claim: Claim, row: Sequence[float]) -> bool:
        """Whether the number is the event's own, rounded to as many digits as are quoted."""
        i, number = self.at[claim.column], self.quoted(claim)
        if number is None or i not in present(self.columns, row):
            return False
        scale = abs(number / float(claim.quoted)) if float(claim.quoted) else 1.0
        return abs(number - row[i]) <= (0.5 + SLACK) * last_digit(claim.quoted) * scale

    def is_high(self, claim: Claim, row: Sequence[float]) -> bool:
        """Whether the event's own value is above the background's median."""
        i = self.at[claim.column]
        return row[i] > self.medians[i]

    def distance(self, claim: Claim, row: Sequence[float]) -> float:
        """How far the quoted number is off, as a share of both; 0 where it is right, at most 1."""
        if self.is_right(claim, row):
            return 0.0
        number, value = self.quoted(claim), row[self.at[claim.column]]
        if number is None or not isfinite(number):
            return 1.0
        return min(1.0, abs(number - value) / max(abs(number) + abs(value), 1e-12))


def last_digit(quoted: str) -> float:
    """What one more in the last quoted digit is: 0.01 of `3.41`, 10 of `1310`, 1 of `412`."""
    whole, _, decimals = quoted.lstrip("+-").partition(".")
    if decimals:
        return 10.0 ** -len(decimals)
    zeros = len(whole) - len(whole.rstrip("0"))
    return 10.0 ** max(0, min(zeros, len(whole) - LEAST_DIGITS)) if float(whole or 0) else 1.0
