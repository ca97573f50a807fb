"""Exact tests of counts, of `scipy.special` alone: `scipy.stats` would take 44 MB more."""

from __future__ import annotations

from collections.abc import Sequence

SLACK = 1 + 1e-9
"""Chances that differ by no more are the same one, but for rounding."""


def fair_coin(first: int, second: int) -> float:
    """The two-sided p-value of two counts that ought to share their events evenly; 1 of none.

    By half the events, the binomial distribution is symmetric: its two tails are one taken twice.

    Source: the binomial test (McNemar's, of pairs that differ) with its distribution as the
    incomplete beta function, Abramowitz and Stegun 26.5.24.
    """
    from scipy.special import betainc

    less, more = sorted((first, second))
    return min(1.0, 2 * float(betainc(more, less + 1, 0.5))) if more else 1.0


def fisher(counts: Sequence[tuple[int, int]]) -> float:
    """The two-sided p-value of a table of two rows and two columns; 1 where one of them is empty.

    Of all tables with the same sums of rows and columns, those that are no more likely than this
    one are counted. Their chances are built up from that of the likeliest, each from the one beside
    it, so that no large logarithms are taken from each other.

    Source: Fisher, J. R. Stat. Soc. 98 (1935) 39; two-sided as in R's `fisher.test`.
    """
    import numpy as np

    (here, other), (below, _) = counts
    row, rest, column = here + other, sum(counts[1]), here + below
    least = max(0, column - rest)
    n = np.arange(least, min(row, column), dtype=np.float64)
    growth = (row - n) * (column - n) / ((n + 1) * (rest - column + n + 1))
    likeliest = (row + 1) * (column + 1) // (row + rest + 2) - least
    up = np.cumprod(growth[likeliest:])
    down = np.cumprod(1 / growth[:likeliest][::-1])[::-1]
    chances = np.concatenate([down, [1.0], up])
    counted = chances <= chances[here - least] * SLACK
    return float(chances[counted].sum() / chances.sum())
