"""Whether an explanation tells its event from others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from bench.explaining.checking import Facts
    from bench.explaining.explanation import Explanation

AMONG = 10
"""Events that an explanation is matched among, its own with them."""


def matched(
    explanations: Sequence[Explanation],
    rows: Sequence[Sequence[float]],
    facts: Facts,
    rng: np.random.Generator,
) -> list[bool]:
    """Whether each explanation fits its event best among ten: (n,).

    Args:
        explanations: (n,), each with the event at its place.
        rows: (n, d), the events' features.
        facts: of these events.
        rng: draws the other nine, and one of those that fit equally well.
    """
    import numpy as np

    n, made = len(rows), []
    for i, one in enumerate(explanations):
        others = np.delete(np.arange(n), i)
        drawn = rng.choice(others, min(AMONG - 1, len(others)), replace=False)
        candidates = [i, *drawn.tolist()]
        misfits = [_misfit(one, rows[j], facts) for j in candidates]
        best = [j for j, misfit in zip(candidates, misfits, strict=True) if misfit == min(misfits)]
        made.append(int(rng.choice(best)) == i)
    return made


def exchanged(n: int) -> list[int]:
    """An order in which nobody stands at his own place."""
    return [(i + max(1, n // 3)) % n for i in range(n)]


def _misfit(one: Explanation, row: Sequence[float], facts: Facts) -> tuple[int, float]:
    """How many numbers are not the event's, and how far off they are together."""
    distances = [facts.distance(claim, row) for claim in one.claims]
    return sum(distance > 0 for distance in distances), sum(distances)
