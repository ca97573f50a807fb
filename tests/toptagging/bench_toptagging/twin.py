"""A toy of the reference: three prongs of a top quark, one of another parton; no simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench_toptagging.layout import MAX_CONSTITUENTS, Jets

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def draw(signal: int, background: int, seed: int) -> Jets:
    """So many jets of each kind, mixed; three fifths of them to train on."""
    import numpy as np

    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([1, 0], [signal, background]))
    momenta = np.stack([_jet(rng, 3 if label else 1) for label in y])
    return Jets(momenta.astype(np.float32), rng.choice(3, len(y), p=[0.6, 0.1, 0.3]), y)


def _jet(rng: np.random.Generator, prongs: int) -> NDArray[np.float64]:
    """E, px, py, pz of a jet's constituents in order of pt, padded: (k, 4)."""
    import numpy as np

    n = int(np.clip(rng.poisson(rng.gamma(4, 8 + 2 * prongs)), 2, MAX_CONSTITUENTS))
    spread = rng.lognormal(-2.3 if prongs == 1 else -3.0, 0.6)
    turn = rng.uniform(0, 2 * np.pi) + rng.normal(np.arange(prongs) * 2.1, 0.4)
    ring = (prongs > 1) * rng.normal(0.3, 0.08) * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    of = rng.choice(prongs, n, p=rng.dirichlet(np.full(prongs, 3.0)))
    shape = (spread, spread if prongs > 1 else spread / 4)
    eta, phi = (ring[of] + rng.normal(0, shape, (n, 2))).T
    eta, phi = eta + rng.uniform(-1.5, 1.5), phi + rng.uniform(-np.pi, np.pi)
    pt = np.sort(rng.dirichlet(np.full(n, 0.4)) + 1e-4)[::-1]
    px, py = pt * np.cos(phi), pt * np.sin(phi)
    scale = rng.uniform(552, 648) / np.hypot(px.sum(), py.sum())
    momenta = scale * np.stack([pt * np.cosh(eta), px, py, pt * np.sinh(eta)], axis=1)
    return np.pad(momenta, [(0, MAX_CONSTITUENTS - n), (0, 0)])
