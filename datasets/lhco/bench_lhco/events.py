"""A slice of events as the official layout holds them, and what identifies one."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PARTICLES = 700
"""Particles an event in the official layout, zero-padded."""


@dataclass(frozen=True, eq=False)
class Events:
    """n events of up to 700 massless particles each, in no particular order of pt."""

    particles: NDArray[np.float32]  # (n, 700, 3): pt [GeV], eta, phi [rad]; all zero where none
    y: NDArray[np.int8]  # (n,), 1 signal, 0 background

    def __len__(self) -> int:
        return len(self.y)


def event_ids(particles: NDArray[np.float32]) -> NDArray[np.uint64]:
    """The content hash of each event: (n,), 64 bits of BLAKE2b over its particles' bytes.

    The padding and the label do not take part, so that an event keeps its id through editions of
    a file that differ in padding or in where the labels are.
    """
    import numpy as np

    rows = np.ascontiguousarray(particles, dtype="<f4") + np.float32(0)  # -0.0 becomes 0.0
    counts = (rows[:, :, 0] > 0).sum(axis=1)
    ids = np.empty(len(rows), dtype=np.uint64)
    for i, (row, count) in enumerate(zip(rows, counts, strict=True)):
        digest = blake2b(row[:count].tobytes(), digest_size=8).digest()
        ids[i] = int.from_bytes(digest, "little")
    return ids
