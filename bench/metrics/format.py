"""Figures as text: a value with its 95 % interval, a dash where there is none."""

from __future__ import annotations

from math import isnan

from bench.api.scores import Estimate

DASH = "–"
LEAST = 1e-16
"""The smallest p-value that is told as a number."""


def number(value: float | None, digits: int = 3) -> str:
    """A number to so many significant digits, never in powers of ten below a million.

    Numbers under 1 have so many decimals instead, so that rates line up.
    """
    if value is None:
        return DASH
    if abs(value) < 1:
        return f"{value:.{digits}f}"
    whole = len(str(int(abs(value))))
    return f"{value:.{max(digits - whole, 0)}f}"


def interval(estimate: Estimate, digits: int = 3) -> str:
    """`[low, high]`, with `∞` for an end that is open above."""
    if estimate.value is None or (estimate.low is None and estimate.high is None):
        return DASH
    high = "∞" if estimate.high is None else number(estimate.high, digits)
    return f"[{number(estimate.low, digits)}, {high}]"


def figure(estimate: Estimate | None, digits: int = 3) -> str:
    """`0.979 [0.975, 0.983]`, or a dash."""
    if estimate is None or estimate.value is None:
        return DASH
    ends = interval(estimate, digits)
    return f"{number(estimate.value, digits)} {ends}" if ends != DASH else number(estimate.value)


def p_value(value: float) -> str:
    """`0.024`, `3.1e-07`, `under 1e-16`, or a dash."""
    if isnan(value):
        return DASH
    if value < LEAST:
        return f"under {LEAST:.0e}"
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1e}"
