"""Groups of runs that cannot be told apart: all pairs on the same events, corrected by Holm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING

from bench.comparison.paired import Difference, auc_differences, holm

if TYPE_CHECKING:
    from bench.storage.store import Run

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Pair:
    """Two runs by their place, how their AUC differs, and the corrected chance of it."""

    first: int
    second: int
    difference: Difference
    p: float

    @property
    def separable(self) -> bool:
        """Whether the two can be told apart."""
        return self.p < LEVEL


def pairs(runs: Sequence[Run]) -> list[Pair]:
    """Every pair of runs on the same events, by DeLong's test on AUC, Holm over all of them.

    Runs of the same scores, at other thresholds, are one in Holm's family.
    """
    import numpy as np

    count = len(runs)
    differences = auc_differences([run.scored() for run in runs])
    first, second = np.triu_indices(count, 1)
    _, keys = np.unique([scores_key(run) for run in runs], return_inverse=True)
    one, other = np.sort([keys[first], keys[second]], axis=0)
    unlike = np.flatnonzero(one != other)
    _, members, family = np.unique(
        one[unlike] * count + other[unlike], return_index=True, return_inverse=True
    )
    corrected = np.ones(len(differences))
    corrected[unlike] = np.array(holm([differences[i].p for i in unlike[members]]))[family]
    made = zip(first.tolist(), second.tolist(), differences, corrected.tolist(), strict=True)
    return [Pair(*pair) for pair in made]


def scores_key(run: Run) -> str:
    """The same for runs that judge the same scores, such as those of one fit at two thresholds."""
    return run.record.scores or run.name


def letters(count: int, separable: Sequence[tuple[int, int]]) -> list[str]:
    """Letters for each of `count` runs: two that share one cannot be told apart.

    Source: Piepho, J. Comp. Graph. Stat. 13 (2004) 456 (insert and absorb).
    """
    groups = [frozenset(range(count))]
    for i, j in separable:
        split = []
        for group in groups:
            split += [group - {i}, group - {j}] if {i, j} <= group else [group]
        unique = list(dict.fromkeys(split))
        groups = [g for g in unique if not any(g < other for other in unique)]
    groups.sort(key=sorted)
    return [
        "".join(_letter(n) for n, group in enumerate(groups) if i in group) for i in range(count)
    ]


def _letter(number: int) -> str:
    """A to z, then aa and so on."""
    tens, ones = divmod(number, len(ascii_lowercase))
    return (_letter(tens - 1) if tens else "") + ascii_lowercase[ones]
