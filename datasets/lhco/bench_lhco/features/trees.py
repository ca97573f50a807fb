"""How the particles of jets were merged, two by two: the trees behind a clustering by FastJet.

FastJet gives the momenta of all that was merged, in the order of merging, and the order in which
its history is to be read, parents first. That is a tree written in postfix form, so who was merged
with whom follows for all jets at once, without a call for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench_lhco.clustering import as_awkward, massless
from bench_lhco.events import ends

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_lhco.events import Particles

WHOLE = 10.0
"""A radius that brings all constituents of a jet together again."""


@dataclass(frozen=True, eq=False)
class Trees:
    """The trees of k jets: 2 c - 1 nodes for c particles, flat, jet after jet, in merging order."""

    p4: NDArray[np.float64]  # (m, 4): px, py, pz, E [GeV]
    parents: NDArray[np.int64]  # (m, 2), what each node was merged of; -1 for a particle
    child: NDArray[np.int64]  # (m,), what each node was merged into; -1 for a root
    offsets: NDArray[np.int64]  # (k + 1,), the last node of each jet is its root

    @property
    def roots(self) -> NDArray[np.int64]:
        """The whole of each jet: (k,)."""
        return self.offsets[1:] - 1


def clustered(particles: Particles, algorithm: str) -> Any:
    """Each jet's particles brought together again, by FastJet's `cambridge` or `kt` algorithm."""
    import fastjet
    from fastjet._pyjet import AwkwardClusterSequence

    definition = fastjet.JetDefinition(getattr(fastjet, f"{algorithm}_algorithm"), WHOLE)
    return AwkwardClusterSequence(as_awkward(massless(particles), particles.offsets), definition)


def trees_of(sequence: Any, counts: NDArray[np.int64]) -> Trees:
    """The trees of a clustering that gave one jet an event, of so many particles each: (k,)."""
    nodes, order = sequence.jets().layout.content, _order(sequence)
    offsets = ends(2 * counts - 1)
    jet = np.repeat(np.arange(len(counts)), 2 * counts - 1)
    number = order + offsets[jet]
    merged = order >= counts[jet]
    # Two that are merged leave one: as many are open before the other parent as behind the child.
    level = np.cumsum(np.where(merged, -1, 1)) - jet
    place = np.argsort(jet * (counts.max(initial=0) + 1) + level, kind="stable")
    earlier = np.empty_like(place)
    earlier[place[1:]] = place[:-1]
    at = np.flatnonzero(merged)
    pairs = np.stack([number[earlier[at]], number[at - 1]], axis=1)
    parents, child = np.full((len(number), 2), -1), np.full(len(number), -1)
    parents[number[at]] = pairs
    child[pairs] = number[at, np.newaxis]
    p4 = np.stack([np.asarray(nodes[name].data) for name in ("px", "py", "pz", "E")], axis=1)
    return Trees(p4, parents, child, offsets)


def _order(sequence: Any) -> NDArray[np.int64]:
    """What is read of each event's history one after the other, without the jet's own end."""
    layout = sequence.unique_history_order().layout
    order = np.asarray(layout.content.data, dtype=np.int64)
    return np.delete(order, np.asarray(layout.offsets.data)[1:] - 1)


def pt_of(p4: NDArray[np.float64]) -> NDArray[np.float64]:
    """Transverse momentum of (..., 4), GeV."""
    return np.hypot(p4[..., 0], p4[..., 1])


def rapidity_and_phi(p4: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rapidity and azimuth [rad] of (..., 4), whose transverse momentum is above 0."""
    e, pz = p4[..., 3], p4[..., 2]
    # (E + |pz|)^2 / mT^2, because E - |pz| is lost to rounding.
    transverse = np.hypot(pt_of(p4), mass_of(p4))
    return np.copysign(np.log((e + np.abs(pz)) / transverse), pz), np.arctan2(
        p4[..., 1], p4[..., 0]
    )


def mass_of(p4: NDArray[np.float64]) -> NDArray[np.float64]:
    """Invariant mass of (..., 4), GeV, as FastJet takes it; 0 where rounding is below."""
    e, px, py, pz = (p4[..., i] for i in (3, 0, 1, 2))
    squared = (e + pz) * (e - pz) - (px**2 + py**2)
    mass: NDArray[np.float64] = np.sqrt(np.maximum(squared, 0.0))
    return mass


def around(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far two azimuths are apart, rad, in [0, pi]; both from -pi to pi."""
    apart = np.abs(a - b)
    return np.minimum(apart, 2 * np.pi - apart, out=apart)
