"""Momenta in other variables: those of particles as pt, eta, phi, and the mass of two jets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.jets import invariant_mass

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MASS = "m_jj"
JETS = tuple(tuple(f"{part}j{jet}" for part in ("px", "py", "pz", "m")) for jet in (1, 2))
"""The columns of two jets' momenta and masses [GeV], as the published features call them."""

STABLE = {
    **dict.fromkeys((0, 12, 14, 16, 22), 0.0),  # 0 where there is none
    **{11: 0.000511, 13: 0.105658, 15: 1.77693, 111: 0.134977, 130: 0.497611, 211: 0.139570},
    **{310: 0.497611, 321: 0.493677, 2112: 0.939565, 2212: 0.938272},
    **{3112: 1.197449, 3122: 1.115683, 3222: 1.18937, 3312: 1.32171, 3322: 1.31486},
    3334: 1.67245,
}
"""Masses [GeV] of the particles that reach a detector or decay late, by their PDG number."""


def massless(
    px: NDArray[np.float64], py: NDArray[np.float64], pz: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Particles, (m, 3): pt, eta, phi, from their momenta, (m,) each; all 0 where there is none."""
    pt = np.hypot(px, py)
    with np.errstate(divide="ignore", invalid="ignore"):  # along the beam, so refused later
        eta = np.where((pt == 0) & (pz == 0), 0.0, np.arcsinh(pz / pt))
    phi = np.where(pt == 0, 0.0, np.arctan2(py, px))  # padding may be of -0.0, whose angle is -pi
    return np.stack([pt, eta, phi], axis=1)


def pseudorapidity(
    pt: NDArray[np.float64], y: NDArray[np.float64], mass: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """The eta of particles, (m,), from pt, rapidity and mass: sinh(eta) = m_T / pt * sinh(y)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        eta = np.arcsinh(np.hypot(1.0, mass / pt) * np.sinh(y))
    massive = (pt != 0) & (np.asarray(mass) != 0)
    return np.where(massive, eta, y)


def masses(path: Path, kinds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The masses [GeV] of particles, (m,), from their PDG numbers.

    Raises:
        InputError: a number that is none of a particle that reaches a detector.
    """
    distinct, places = np.unique(np.abs(kinds), return_inverse=True)
    if unknown := [kind for kind in distinct.tolist() if kind not in STABLE]:
        raise InputError(
            f"{path}: a particle of kind {unknown[0]:g}, wanted PDG numbers of particles that reach"
            " a detector; leave them out, and all are taken as massless"
        )
    known = np.array([STABLE[int(kind)] for kind in distinct.tolist()])
    return known[places]


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
