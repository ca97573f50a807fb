"""Whether an explanation tells its event from others of which the model answers the same."""

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
    *,
    shuffled: bool = False,
) -> list[bool]:
    """Whether each explanation fits its event best among ten with the same answer: (m,).

    All ten have the answer of the explanation, as signal events are alike in what signal is known
    by. So one that follows from the answer alone is matched by chance: 1 in 10.

    Args:
        explanations: (n,), each with the event at its place.
        rows: (n, d), the events' features.
        facts: of these events.
        rng: draws the other nine, and one of those that fit equally well.
        shuffled: lay each explanation to another of these events, drawn among all but its own,
            which is not among the ten: then each of the ten is as likely to be the one, so that
            an explanation is matched with a probability of 1 in 10, whatever it says, and whatever
            the others do.

    Returns:
        of those explanations with so many other events: the same ones, shuffled or not.
    """
    import numpy as np

    made = []
    for i, alike in enumerate(_with_the_same_answer(explanations)):
        if len(alike) < AMONG:
            continue
        drawn = rng.choice(alike, AMONG - (not shuffled), replace=False).tolist()
        candidates = drawn if shuffled else [i, *drawn]
        misfits = [_misfit(explanations[i], rows[j], facts) for j in candidates]
        best = np.flatnonzero([misfit == min(misfits) for misfit in misfits])
        made.append(int(rng.choice(best)) == 0)
    return made


def exchanged(explanations: Sequence[Explanation], rng: np.random.Generator) -> list[int]:
    """For each explanation another one with the same answer, drawn; its own where there is none."""
    groups = _with_the_same_answer(explanations)
    return [int(rng.choice(alike)) if alike else i for i, alike in enumerate(groups)]


def _with_the_same_answer(explanations: Sequence[Explanation]) -> list[list[int]]:
    """The places of the others, for each."""
    answers = [one.answer for one in explanations]
    return [
        [j for j, answer in enumerate(answers) if answer == mine and j != i]
        for i, mine in enumerate(answers)
    ]


def _misfit(one: Explanation, row: Sequence[float], facts: Facts) -> tuple[int, float]:
    """How many numbers are not the event's, and how far off they are together."""
    distances = [facts.distance(claim, row) for claim in one.claims]
    return sum(distance > 0 for distance in distances), sum(distances)
