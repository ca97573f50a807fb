"""Bare operating points against each other: what counts alone can tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import erfc, log, sqrt

from bench.comparison.binormal import BinormalFit, OperatingPoint, fit_binormal
from bench.comparison.exact import fisher
from bench.comparison.paired import holm

LEVEL = 0.05


@dataclass(frozen=True)
class SeparablePairs:
    """How many of all pairs of points differ in one figure."""

    what: str
    pairs: int
    alone: int
    """At 95 %, each pair by itself."""
    together: int
    """At 95 % over all pairs (Holm)."""


@dataclass(frozen=True)
class CommonRoc:
    """One ROC through operating points, and the places of those that are not on it."""

    fit: BinormalFit
    off: tuple[int, ...]


def separable_pairs(points: Sequence[OperatingPoint]) -> list[SeparablePairs]:
    """Of every pair in signal efficiency, background efficiency and SIC.

    Which events two tools decided alike is not known of bare counts, so the samples are taken for
    independent ones: where they are the same events, this tells fewer pairs apart than are.
    """
    tests = {"ε_S": _signal, "ε_B": _background, "SIC": _sic}
    counts = []
    for what, test in tests.items():
        p = [test(one, other) for one, other in combinations(points, 2)]
        together = sum(value < LEVEL for value in holm(p))
        counts.append(SeparablePairs(what, len(p), sum(value < LEVEL for value in p), together))
    return counts


def common_roc(points: Sequence[OperatingPoint]) -> CommonRoc | None:
    """The ROC of as many points as are on one; None with fewer than four, or where none is.

    The point that fits worst is left out until the others agree, at most one in four of them.
    """
    remaining = list(range(len(points)))
    while len(remaining) >= 4 and len(points) - len(remaining) <= len(points) // 4:
        fit = fit_binormal([points[i] for i in remaining])
        if fit.p >= LEVEL:
            return CommonRoc(fit, tuple(i for i in range(len(points)) if i not in remaining))
        without = {
            i: fit_binormal([points[j] for j in remaining if j != i]).chi2 for i in remaining
        }
        remaining.remove(min(without, key=lambda i: without[i]))
    return None


def _signal(one: OperatingPoint, other: OperatingPoint) -> float:
    return _fisher(one.true_signal, one.signal, other.true_signal, other.signal)


def _background(one: OperatingPoint, other: OperatingPoint) -> float:
    return _fisher(one.false_signal, one.background, other.false_signal, other.background)


def _fisher(a: int, n: int, b: int, m: int) -> float:
    return fisher([(a, n - a), (b, m - b)])


def _sic(one: OperatingPoint, other: OperatingPoint) -> float:
    """The normal test of ln SIC, half an event added to each count."""
    value = variance = 0.0
    for sign, point in ((1, one), (-1, other)):
        passed = (point.true_signal + 0.5) / (point.signal + 1)
        leaked = (point.false_signal + 0.5) / (point.background + 1)
        value += sign * (log(passed) - log(leaked) / 2)
        variance += (1 - passed) / (passed * (point.signal + 1))
        variance += (1 - leaked) / (4 * leaked * (point.background + 1))
    return erfc(abs(value) / sqrt(2 * variance))
