"""Draws that follow from an event's id, whatever others are around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Draw:
    """Which events are trained to explain: a share of them, by their ids and a seed."""

    share: float
    seed: int

    def __call__(self, ids: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Whether each event is: (n,)."""
        return uniform(ids, self.seed) < self.share


def uniform(ids: NDArray[np.uint64], seed: int) -> NDArray[np.float64]:
    """A number in [0, 1) for each event: (n,); splitmix64 of its id and a seed."""
    with np.errstate(over="ignore"):
        mixed = ids + np.uint64(0x9E3779B97F4A7C15) * np.uint64(seed + 1)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    high = (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)
    drawn: NDArray[np.float64] = high.astype(np.float64) * 2.0**-53
    return drawn
