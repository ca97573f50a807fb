"""Jets of like size as padded blocks, so that what is asked of pairs is asked of many at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 2**16
"""Pairs of a block: few enough for a processor's cache and for little memory."""


class Block(NamedTuple):
    """Some jets of like size."""

    jets: NDArray[np.intp]  # (b,)
    places: NDArray[np.int64]  # (b, c), of their particles among the flat ones; 0 for padding
    filled: NDArray[np.bool_]  # (b, c), False for padding


def blocks(offsets: NDArray[np.int64], others: int = 0) -> Iterator[Block]:
    """All jets, the smallest ones first; the particles of jet i are offsets[i]:offsets[i + 1].

    A pair is one of two particles, or one of a particle and of so many `others`.
    """
    counts = np.diff(offsets)
    order = np.argsort(counts, kind="stable")
    start = 0
    while start < len(order):
        stop = start + 1
        # a block is as wide as its largest jet, which is the last one
        while stop < len(order):
            widest = int(counts[order[stop]])
            if (stop + 1 - start) * widest * (others or widest) > MOST:
                break
            stop += 1
        jets = order[start:stop]
        within = np.arange(counts[jets[-1]])
        filled = within < counts[jets, np.newaxis]
        yield Block(jets, np.where(filled, offsets[jets, np.newaxis] + within, 0), filled)
        start = stop
