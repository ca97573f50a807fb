"""Axes of figures that crowd: AUC by its distance from one, SIC and times by their decades."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log10

AUCS = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.8, 0.95, 0.98, 0.0)
SICS = (1, 10, 100, 1000, 5, 50, 500, 2, 20, 200, 0.5, 0.1)
"""Where ticks may stand, the rounder numbers first."""
FINER_AUCS = (*AUCS, 0.97, 0.995, 0.7)
FINER_SICS = (*SICS, 3, 30, 300, 7, 70, 15, 150, 4, 40)
"""The same where there is more room."""
NEAREST = 1e-5
"""How near to one an AUC is drawn."""


def placed(value: float) -> float:
    """Where an AUC stands: the last decimals before one are what models differ in."""
    return -log10(max(1 - value, NEAREST))


def unplaced(place: float) -> float:
    """The AUC that stands at a place."""
    return float(1 - 10.0**-place)


def logarithm(value: float) -> float:
    """Where a SIC stands."""
    return log10(max(value, SICS[-1]))


def exponential(place: float) -> float:
    """The SIC that stands at a place."""
    return float(10.0**place)


def chosen(
    low: float, high: float, candidates: Sequence[float], place_of: Callable[[float], float],
    apart: float,
) -> list[float]:  # fmt: skip
    """The ticks between two places that have room beside each other, the first ones before others.

    Args:
        low: the axis's lower end.
        high: its upper end.
        candidates: what may stand there, as values.
        place_of: where on the axis a value stands.
        apart: how far two have to be from each other.
    """
    ticks: list[float] = []
    for tick in candidates:
        place = place_of(tick)
        if low <= place <= high and all(abs(place - place_of(one)) > apart for one in ticks):
            ticks.append(tick)
    return ticks
