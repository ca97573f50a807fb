"""Energy correlations of the pairs and triples in a jet, for all pairs of many jets at once.

A. Larkoski, G. Salam and J. Thaler, JHEP 06 (2013) 108. A sum over triples is the trace of a
product of three matrices of pairs, so no triple is visited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.features.blocks import blocks
from bench_lhco.features.trees import around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_lhco.events import Particles


def correlations(particles: Particles) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """e2 and e3 with beta = 1 of each jet whose particles these are: (k,) each.

    e2 is the sum of z_i z_j R_ij over pairs, e3 that of z_i z_j z_k R_ij R_jk R_ki over triples; z
    is a particle's share in the scalar sum of all pt, R a distance in rapidity and azimuth.
    """
    pt, eta, phi = particles.values.T.astype(np.float64)
    e2, e3 = np.zeros(len(particles)), np.zeros(len(particles))
    for block in blocks(particles.offsets):
        share = np.where(block.filled, pt[block.places], 0.0)
        share /= share.sum(axis=1, keepdims=True)
        rapidity, angle, root = eta[block.places], phi[block.places], np.sqrt(share)
        pairs = (rapidity[:, :, np.newaxis] - rapidity[:, np.newaxis]) ** 2
        pairs += around(angle[:, :, np.newaxis], angle[:, np.newaxis]) ** 2
        np.sqrt(pairs, out=pairs)
        pairs *= root[:, :, np.newaxis] * root[:, np.newaxis]
        e2[block.jets] = np.einsum("bi,bij,bj->b", root, pairs, root, optimize=True) / 2
        e3[block.jets] = np.einsum("bij,bij->b", pairs @ pairs, pairs) / 6
    return e2, e3
