"""The 56 observables of jets that trees are published with: N-subjettiness up to 9, and masses.

T. Finke et al., Phys. Rev. D 109 (2024) 034033 (arXiv:2309.13111) use tau_1 to tau_9 with three
angular exponents of both jets, the lighter jet first, beside its mass and by how much the other one
is heavier; the two jets' invariant mass is for the region that events are in, and no input. So has
their code (mariehein/BackToTheRoots, `make_features_extended3`). The definition of tau is that of
J. Thaler and K. Van Tilburg, JHEP 03 (2011) 015, normalised, with the exclusive kt jets as axes,
which is our choice, as nothing published says theirs: one clustering of a jet gives the axes of all
N, and one set of distances the values of all exponents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench import Column
from bench_lhco.events import ends
from bench_lhco.features.blocks import Block, blocks
from bench_lhco.features.trees import Trees, around, clustered, rapidity_and_phi, trees_of
from bench_lhco.jets import LEADING, Jets, constituents_of, invariant_mass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_lhco.events import Particles

MOST_AXES = 9
BETAS = (0.5, 1.0, 2.0)
"""Angular exponents."""
LATE = 2 * MOST_AXES - 1
"""Nodes of a tree that are an axis for some N: nine that are left, and what they are merged to."""
FAR = 1e9
"""A squared distance beyond all others."""


def _taus(jet: str, which: str) -> tuple[Column, ...]:
    """What is said of one jet, beside its mass."""
    return tuple(
        Column(
            f"{jet}_tau{n}_b{beta * 10:02.0f}",
            "1",
            f"tau{n} of the {which} jet, beta {beta:g}, R0 1, exclusive kt axes; 0 where it has no "
            f"more than {n} particle{'s' * (n > 1)}",
            "substructure",
            object=f"{which} jet",
            quantity=f"tau{n}_b{beta * 10:02.0f}",
        )
        for beta in BETAS
        for n in range(1, MOST_AXES + 1)
    )


SUBJETTINESS_COLUMNS: tuple[Column, ...] = (
    Column("m_jj", "GeV", "invariant mass of the two jets together, |p1 + p2|", "kinematics"),
    Column("m_light", "GeV", "the smaller one of the two jets' masses; 0 without two", "structure"),
    Column("delta_m", "GeV", "the larger one of the two jets' masses less the other", "structure"),
    *_taus("light", "lighter"),
    *_taus("heavy", "heavier"),
)


def subjettiness_features(jets: Jets, particles: Particles) -> NDArray[np.float32]:
    """The numbers of `SUBJETTINESS_COLUMNS` for each event: (n, 57); 0 for a jet not there."""
    present, inside = constituents_of(jets, particles)
    taus = np.zeros((len(jets), LEADING, len(BETAS) * MOST_AXES))
    if len(present):
        taus[np.divmod(present, LEADING)] = subjettiness(inside).reshape(len(present), -1)
    order = np.argsort(jets.mass, axis=1, kind="stable")  # the lighter jet first
    mass = np.take_along_axis(jets.mass, order, axis=1)
    taus = np.take_along_axis(taus, order[..., np.newaxis], axis=1)
    m_jj = np.where(jets.n_jets >= LEADING, invariant_mass(jets.p4.sum(axis=1)), 0.0)
    singles = np.stack([m_jj, mass[:, 0], mass[:, 1] - mass[:, 0]], axis=1)
    return np.concatenate([singles, taus[:, 0], taus[:, 1]], axis=1).astype(np.float32)


def subjettiness(particles: Particles) -> NDArray[np.float64]:
    """Tau of each jet whose particles these are, by exponent and by N: (k, 3, 9)."""
    trees = trees_of(clustered(particles, "kt"), particles.counts)
    rapidity, phi = rapidity_and_phi(trees.p4)
    axes = _axes_of(trees, particles.counts)
    taus = np.zeros((len(particles), len(BETAS), MOST_AXES))
    for block in blocks(particles.offsets, LATE):
        pt, y, angle = (_of_particles(column, block) for column in particles.values.T)
        pt = np.where(block.filled, pt, 0.0)
        pt /= pt.sum(axis=1, keepdims=True)
        nodes, first, last = (a[block.jets][:, np.newaxis] for a in axes)  # (b, 1, 17)
        apart = (y[:, :, np.newaxis] - rapidity[nodes]) ** 2
        apart += around(angle[:, :, np.newaxis], phi[nodes]) ** 2
        for n in range(1, MOST_AXES + 1):
            nearest = np.where((first <= n) & (n <= last), apart, FAR).min(axis=2)
            for i, beta in enumerate(BETAS):
                taus[block.jets, i, n - 1] = (pt * nearest ** (beta / 2)).sum(axis=1)
    too_few = particles.counts[:, np.newaxis] <= np.arange(1, MOST_AXES + 1)
    taus[np.broadcast_to(too_few[:, np.newaxis], taus.shape)] = 0
    return taus


class _Axes(NamedTuple):
    """The late nodes of k jets; each one is an axis for the N from `first` to `last`."""

    nodes: NDArray[np.int64]  # (k, 17)
    first: NDArray[np.int64]  # (k, 17), beyond all N where a jet has fewer nodes
    last: NDArray[np.int64]  # (k, 17)


def _axes_of(trees: Trees, counts: NDArray[np.int64]) -> _Axes:
    """When each node is one of the N exclusive jets: after it was made, before it was merged."""
    jet = np.repeat(np.arange(len(counts)), 2 * counts - 1)
    whole, start = 2 * counts[jet], trees.offsets[jet]
    place = np.arange(len(jet)) - start
    until = np.where(trees.child < 0, whole - 1, trees.child - start)
    late = np.flatnonzero(whole - until <= MOST_AXES)
    owner = jet[late]
    slot = np.arange(len(late)) - ends(np.bincount(owner, minlength=len(counts)))[owner]
    nodes = np.repeat(trees.roots[:, np.newaxis], LATE, axis=1)
    first, last = np.full_like(nodes, MOST_AXES + 1), np.zeros_like(nodes)
    nodes[owner, slot] = late
    first[owner, slot] = (whole - until)[late]
    last[owner, slot] = (whole - 1 - place)[late]
    return _Axes(nodes, first, last)


def _of_particles(column: NDArray[np.float32], block: Block) -> NDArray[np.float64]:
    """One number of each particle of a block: (b, c)."""
    return column[block.places].astype(np.float64)
