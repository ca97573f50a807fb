"""Networks of the views `particles` and `mask`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import bench
from bench_networks.network import Network, Scaler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bench_networks.network import Arrays

CHUNK = 4096
"""Events that are looked at together, as all of them may take as much room as there is."""
TINY = 1e-6
"""A spread below which a number is the same everywhere."""


class ParticlesNetwork(Network):
    """A network of an event's particles and of the mask that says where they are."""

    at_once = 512

    def __init__(self, f: int) -> None:
        super().__init__()
        self.scaler = Scaler(f)

    def arrays(self, inputs: bench.Inputs) -> Arrays:
        """The particles of each event, (n, p, f), and where they are, (n, p); no copies."""
        particles = np.ascontiguousarray(inputs.views["particles"], dtype=np.float32)
        mask = np.ascontiguousarray(inputs.views["mask"], dtype=bool)
        f = len(self.scaler.mean)
        if particles.ndim != 3 or particles.shape[2] != f or mask.shape != particles.shape[:2]:
            raise bench.InputError(
                f"particles of shape {particles.shape} with a mask of shape {mask.shape}, "
                f"wanted {f} numbers of each"
            )
        bad = sum(int((~np.isfinite(of).all(axis=(1, 2))).sum()) for of in _chunks(particles))
        if bad:
            raise bench.InputError(
                f"{bad} of {len(particles)} events have particles that are not finite"
            )
        return particles, mask

    def learn(self, arrays: Arrays) -> None:
        """Take mean and spread of each number over all particles of the train split."""
        particles, mask = arrays
        count = max(int(mask.sum()), 1)
        mean, squares = np.zeros(particles.shape[2]), np.zeros(particles.shape[2])
        for some, where in zip(_chunks(particles), _chunks(mask), strict=True):
            values = some[where].astype(np.float64)
            mean += values.sum(axis=0) / count
            squares += (values**2).sum(axis=0) / count
        spread = np.sqrt(np.maximum(squares - mean**2, 0.0))
        self.scaler.set(mean, np.where(spread < TINY, 1.0, spread))


def _chunks(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    return (array[i : i + CHUNK] for i in range(0, len(array), CHUNK))
