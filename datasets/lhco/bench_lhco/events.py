"""Events as the official layout holds them and as they are worked on, and what identifies one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PARTICLES = 700
"""Particles an event in the official layout, zero-padded."""


@dataclass(frozen=True, eq=False)
class Particles:
    """The massless particles of n events, in no particular order of pt, event after event."""

    values: NDArray[np.float32]  # (m, 3): pt [GeV], eta, phi [rad]
    offsets: NDArray[np.int64]  # (n + 1,), the particles of event i are offsets[i]:offsets[i + 1]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def pt(self) -> NDArray[np.float32]:
        """Transverse momentum: (m,), GeV."""
        return self.values[:, 0]

    @property
    def eta(self) -> NDArray[np.float32]:
        """Pseudorapidity: (m,)."""
        return self.values[:, 1]

    @property
    def phi(self) -> NDArray[np.float32]:
        """Azimuth: (m,), rad."""
        return self.values[:, 2]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Particles of each event: (n,)."""
        return self.offsets[1:] - self.offsets[:-1]


@dataclass(frozen=True, eq=False)
class Events:
    """n events with their labels."""

    padded: NDArray[np.float32]  # (n, 700, 3): pt [GeV], eta, phi [rad]; all zero where none
    labels: NDArray[np.int8]  # (n,), 0 background, 1 and more the kinds of signal

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def particles(self) -> Particles:
        """The particles without the padding."""
        return flat(self.padded)


def flat(padded: NDArray[np.float32]) -> Particles:
    """The particles of events in the official layout, (n, 700, 3): those whose pt is not 0."""
    import numpy as np

    filled = np.ascontiguousarray(padded[:, :, 0]) != 0
    # A take of whole rows is several times as fast as a mask over the first two axes.
    values = np.take(padded.reshape(-1, 3), np.flatnonzero(filled), axis=0)
    return Particles(values, ends(np.count_nonzero(filled, axis=1)))


def padded(particles: Particles, rows: NDArray[np.integer] | None = None) -> NDArray[np.float32]:
    """The official layout, (n, 700, 3), of all events, or of those in these rows."""
    import numpy as np

    chosen = np.arange(len(particles)) if rows is None else rows
    out = np.zeros((len(chosen), MAX_PARTICLES, 3), dtype=np.float32)
    filled = np.arange(MAX_PARTICLES) < particles.counts[chosen][:, np.newaxis]
    out[filled] = particles.values[within(particles.offsets, chosen)]
    return out


def joined(parts: list[Particles]) -> Particles:
    """The events of all parts, one part after the other."""
    import numpy as np

    counts = np.concatenate([part.counts for part in parts])
    return Particles(np.concatenate([part.values for part in parts]), ends(counts))


def first(particles: Particles, n: int) -> Particles:
    """The first n events, or all if there are fewer."""
    offsets = particles.offsets[: n + 1]
    return Particles(particles.values[: offsets[-1]], offsets)


def ends(counts: NDArray[np.integer]) -> NDArray[np.int64]:
    """Offsets from counts: (n,) to (n + 1,)."""
    import numpy as np

    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def within(offsets: NDArray[np.int64], rows: NDArray[np.integer]) -> NDArray[np.int64]:
    """The places of all that belongs to these rows, row after row."""
    import numpy as np

    start, counts = offsets[rows], offsets[rows + 1] - offsets[rows]
    shift = start - (np.cumsum(counts) - counts)
    places: NDArray[np.int64] = np.arange(counts.sum()) + np.repeat(shift, counts)
    return places


def event_ids(particles: Particles) -> NDArray[np.uint64]:
    """The content hash of each event: (n,), 64 bits of BLAKE2b over its particles' bytes.

    The padding and the label do not take part, so that an event keeps its id through editions of
    a file that differ in padding or in where the labels are.
    """
    import numpy as np

    values = np.ascontiguousarray(particles.values, dtype="<f4") + np.float32(0)  # -0.0 is 0.0
    raw = memoryview(values.tobytes())
    size = values.itemsize * 3
    places = (particles.offsets * size).tolist()
    digests = b"".join(
        blake2b(raw[start:stop], digest_size=8).digest() for start, stop in pairwise(places)
    )
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)
