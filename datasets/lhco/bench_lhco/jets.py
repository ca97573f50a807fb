"""The two leading anti-kt jets of each event, with their constituents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.clustering import Clustered, anti_kt, massless
from bench_lhco.events import Particles, ends, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEADING = 2
"""Jets kept of an event."""


@dataclass(frozen=True, eq=False)
class Jets:
    """Two jets of n events, the two leading ones; all zero where there is none."""

    p4: NDArray[np.float64]  # (n, 2, 4): px, py, pz, E [GeV], the sum over the constituents
    n_constituents: NDArray[np.int64]  # (n, 2)
    members: NDArray[np.int64]  # (c,), a constituent's place among the flat particles
    offsets: NDArray[np.int64]  # (2n + 1,), the members of jet j of event i lie at 2i + j
    n_jets: NDArray[np.int64]  # (n,), all jets with pt >= min_pt

    def __len__(self) -> int:
        return len(self.n_jets)

    @property
    def pt(self) -> NDArray[np.float64]:
        """Transverse momentum: (n, 2), GeV."""
        return np.hypot(self.p4[..., 0], self.p4[..., 1])

    @property
    def eta(self) -> NDArray[np.float64]:
        """Pseudorapidity: (n, 2)."""
        pt = self.pt
        return np.arcsinh(np.divide(self.p4[..., 2], pt, out=np.zeros_like(pt), where=pt > 0))

    @property
    def phi(self) -> NDArray[np.float64]:
        """Azimuth: (n, 2), rad, in [-pi, pi]."""
        return np.arctan2(self.p4[..., 1], self.p4[..., 0])

    @property
    def mass(self) -> NDArray[np.float64]:
        """Invariant mass: (n, 2), GeV; 0 where rounding leaves its square below zero."""
        return invariant_mass(self.p4)


def constituents_of(jets: Jets, particles: Particles) -> tuple[NDArray[np.intp], Particles]:
    """The jets that are there, by their place 2i + j, (k,), and the particles of each."""
    counts = np.diff(jets.offsets)
    present = np.flatnonzero(counts)
    members = jets.members[within(jets.offsets, present)]
    return present, Particles(particles.values[members], ends(counts[present]))


def invariant_mass(p4: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mass of four-momenta (..., 4): px, py, pz, E, GeV."""
    p = np.sqrt((p4[..., :3] ** 2).sum(axis=-1))
    # (E - p)(E + p) loses less to rounding than E^2 - p^2.
    squared = (p4[..., 3] - p) * (p4[..., 3] + p)
    mass: NDArray[np.float64] = np.sqrt(np.maximum(squared, 0.0))
    return mass


def cluster(
    particles: Particles,
    radius: float = 1.0,
    min_pt: float = 20.0,
    hardest_first: bool = True,
) -> Jets:
    """The two leading anti-kt jets of each event.

    Args:
        particles: all finite and no pt below zero: fastjet crashes the process on a NaN, so the
            reader refuses it.
        radius: jet radius in rapidity and azimuth.
        min_pt: least pt of a jet, GeV; a cut of the reconstruction, unrelated to the trigger.
        hardest_first: False gives the first two jets in fastjet's own order, mostly ascending in
            pt, which nothing but the repetition of the diary should want.
    """
    n = len(particles)
    clustered = anti_kt(massless(particles), particles.offsets, radius, min_pt)
    chosen = _first_two(clustered, n, hardest_first)
    members, counts = _members_of(clustered, chosen)
    p4 = np.zeros((LEADING * n, 4))
    p4[chosen >= 0] = clustered.p4[chosen[chosen >= 0]]
    return Jets(
        p4=p4.reshape(n, LEADING, 4),
        n_constituents=counts.reshape(n, LEADING),
        members=members,
        offsets=ends(counts),
        n_jets=np.diff(clustered.offsets),
    )


def _first_two(clustered: Clustered, n: int, hardest_first: bool) -> NDArray[np.int64]:
    """Which jet is the first and which the second one of each event: (2n,), -1 for none."""
    event = np.repeat(np.arange(n), np.diff(clustered.offsets))
    # Fastjet's own order is neither ascending nor descending on all events.
    key = (
        -np.hypot(clustered.p4[:, 0], clustered.p4[:, 1])
        if hardest_first
        else np.arange(len(event))
    )
    order = np.lexsort((key, event))
    rank = np.arange(len(order)) - clustered.offsets[event[order]]
    chosen = np.full(LEADING * n, -1, dtype=np.int64)
    leading = rank < LEADING
    chosen[LEADING * event[order][leading] + rank[leading]] = order[leading]
    return chosen


def _members_of(
    clustered: Clustered, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The constituents of the chosen jets, flat, and how many each jet has: (len(chosen),)."""
    present = chosen >= 0
    counts = np.zeros(len(chosen), dtype=np.int64)
    counts[present] = np.diff(clustered.member_offsets)[chosen[present]]
    return clustered.members[within(clustered.member_offsets, chosen[present])], counts
