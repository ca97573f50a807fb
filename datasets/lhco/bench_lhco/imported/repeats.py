"""Events that are equal in all features: how many there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MOST = 0.01
"""The largest share of repeated events; with more, the features are too coarse to tell events."""


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
