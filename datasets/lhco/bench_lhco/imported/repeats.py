"""Events that are equal in all features: how many there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LOOKED_AT = 50_000
"""Events; after four times as many repeats are counted for the first time."""
MOST = 0.01
"""The largest share of repeated events; with more, the features are too coarse to tell events."""


class EarlyRepeats:
    """Looks at events as they come, so that a file of nothing but repeats is refused early.

    That is where more are repeated already than there may be among all that can still come.
    """

    def __init__(self, file: Path, events: int) -> None:
        """Of a file with so many events at most."""
        self._file, self._most = file, int(MOST * events)
        self._seen: list[NDArray[np.uint64]] = []
        self._next, self._count = 4 * LOOKED_AT, 0

    def add(self, ids: NDArray[np.uint64]) -> None:
        """The hashes of the events that come next, (n,).

        Raises:
            InputError: too many are repeated.
        """
        self._seen.append(ids)
        self._count += len(ids)
        if self._count < self._next:
            return
        self._next *= 2
        if (twice := self._count - len(np.unique(np.concatenate(self._seen)))) > self._most:
            raise InputError(
                f"{self._file}: {twice} of the first {self._count} events are equal in all features"
                f" to an earlier one, wanted more features, or at most {MOST:.0%}"
            )


def count_repeats(file: Path, ids: NDArray[np.uint64], labels: NDArray[np.int8]) -> int:
    """How many events are equal to an earlier one.

    Args:
        file: where they are from, for the message.
        ids: the hashes of all events, (n,).
        labels: theirs, (n,).

    Raises:
        InputError: too many are, or two are of different labels.
    """
    _, first, same = np.unique(ids, return_index=True, return_inverse=True)
    twice = len(ids) - len(first)
    if twice > MOST * len(ids):
        raise InputError(
            f"{file}: {twice} of {len(ids)} events are equal in all features to an earlier one,"
            f" wanted more features, or at most {MOST:.0%}"
        )
    torn = np.flatnonzero(labels != labels[first][same])
    if len(torn):
        raise InputError(
            f"{file}: events {first[same[torn[0]]]} and {torn[0]} are equal in all features and"
            f" have the labels {labels[first[same[torn[0]]]]} and {labels[torn[0]]}, wanted one"
        )
    return twice
