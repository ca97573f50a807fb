"""A number in a prompt: to so many significant digits or decimals, never in powers of ten."""

from __future__ import annotations

from dataclasses import dataclass

import bench


@dataclass(frozen=True)
class Precision:
    """How many digits of a number are said."""

    digits: int
    """Significant digits."""
    decimals: int | None = None
    """Digits behind the point in place of significant ones, if any."""

    def __post_init__(self) -> None:
        """Refuse digits that no float32 has."""
        if not 1 <= self.digits <= 9:
            raise ValueError(f"digits {self.digits}: wanted 1 to 9")
        if self.decimals is not None and not 0 <= self.decimals <= 12:
            raise ValueError(f"decimals {self.decimals}: wanted 0 to 12")

    def say(self, value: float) -> str:
        """The number as text: `1310`, `-0.474`, `0`."""
        if self.decimals is not None:
            return f"{value:.{self.decimals}f}"
        text = f"{value:.{self.digits}g}"
        if "e" not in text:
            return text
        return f"{float(text):.0f}" if abs(value) >= 1 else f"{float(text):.12f}".rstrip("0")


@dataclass(frozen=True)
class SpokenNumbers(bench.Encoder):
    """An encoder that says numbers as text."""

    produces = frozenset({"texts"})

    digits: int = 3
    """Significant digits of each number."""
    decimals: int | None = None
    """Digits behind the point in place of significant ones; the study diary had 10."""

    def __post_init__(self) -> None:
        """Refuse digits that no float32 has."""
        Precision(self.digits, self.decimals)

    @property
    def precision(self) -> Precision:
        """How many digits are said."""
        return Precision(self.digits, self.decimals)
