"""Events that are equal in all features: the hash that tells, and how many there may be."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MOST = 0.01
"""The largest share of repeated events; with more, the features are too coarse to tell events."""


def row_ids(x: NDArray[np.float32]) -> NDArray[np.uint64]:
    """The content hash of each event: (n,), 64 bits of BLAKE2b over its features, (n, d)."""
    rows = np.ascontiguousarray(x, dtype="<f4") + np.float32(0)  # -0.0 is 0.0
    digests = b"".join(blake2b(row.tobytes(), digest_size=8).digest() for row in rows)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


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
