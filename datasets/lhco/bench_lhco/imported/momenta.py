"""Momenta in other variables: particles' px, py, pz as pt, eta, phi, and the mass of two jets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.jets import invariant_mass

if TYPE_CHECKING:
    from numpy.typing import NDArray

MASS = "m_jj"
JETS = tuple(tuple(f"{part}j{jet}" for part in ("px", "py", "pz", "m")) for jet in (1, 2))
"""The columns of two jets' momenta and masses [GeV], as the published features call them."""


def massless(
    px: NDArray[np.float64], py: NDArray[np.float64], pz: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Particles, (m, 3): pt, eta, phi, from their momenta, (m,) each; all 0 where there is none."""
    pt = np.hypot(px, py)
    with np.errstate(divide="ignore", invalid="ignore"):  # along the beam, so refused later
        eta = np.where((pt == 0) & (pz == 0), 0.0, np.arcsinh(pz / pt))
    return np.stack([pt, eta, np.arctan2(py, px)], axis=1)


def has_two_jets(columns: tuple[str, ...]) -> bool:
    """Whether a mass of the two jets is to be computed: it is not there, and their momenta are."""
    return MASS not in columns and set(columns).issuperset(JETS[0] + JETS[1])


def mass_of_two_jets(columns: tuple[str, ...], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mass |p1 + p2| of each event, (n,) GeV, from features (n, d); 0 without two jets."""
    total, both = np.zeros((len(x), 4)), np.ones(len(x), dtype=bool)
    for names in JETS:
        *p, m = (x[:, columns.index(name)] for name in names)
        p3 = np.stack(p, axis=1)
        square = (p3**2).sum(axis=1)
        both &= square > 0
        total += np.column_stack([p3, np.sqrt(square + m**2)])
    return np.where(both, invariant_mass(total), 0.0)
