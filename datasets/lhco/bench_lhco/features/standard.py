"""The standard set: kinematics and multiplicities of the two leading jets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench import Column
from bench_lhco.jets import LEADING, Jets, invariant_mass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_lhco.events import Particles


FLAG = "has_j2"
"""The column that says whether there is a second jet."""


def of_jet(number: int, quantity: str, unit: str, meaning: str, group: str) -> Column:
    """A column of one of the two leading jets."""
    return Column(
        name=f"j{number}_{quantity}",
        unit=unit,
        meaning=meaning,
        group=group,
        object=f"jet {number}",
        quantity=quantity,
        needs=FLAG if number == LEADING else "",
    )


def _jet_columns(number: int, name: str) -> tuple[Column, ...]:
    """What is said of one jet."""
    return tuple(
        of_jet(number, quantity, unit, f"{meaning} the {name} jet", group)
        for quantity, unit, meaning, group in (
            ("pt", "GeV", "transverse momentum of", "kinematics"),
            ("eta", "1", "pseudorapidity of", "kinematics"),
            ("phi", "rad", "azimuth of", "kinematics"),
            ("e", "GeV", "energy of", "kinematics"),
            ("m", "GeV", "invariant mass of", "structure"),
            ("n", "1", "number of particles in", "multiplicity"),
            ("pt_lead", "GeV", "pt of the hardest particle in", "structure"),
        )
    )


STANDARD_COLUMNS: tuple[Column, ...] = (
    *_jet_columns(1, "leading"),
    *_jet_columns(2, "second"),
    Column(FLAG, "1", "1 with a second jet; without one its columns, dr_jj and m_jj are 0", "flag"),
    Column("dr_jj", "1", "distance of the two jets in eta and phi", "kinematics", needs=FLAG),
    Column("n_particles", "1", "number of particles in the event", "multiplicity"),
    Column(
        "m_jj",
        "GeV",
        "invariant mass of the two jets together, |p1 + p2|",
        "kinematics",
        needs=FLAG,
    ),
)


def standard_features(jets: Jets, particles: Particles) -> NDArray[np.float32]:
    """The numbers of `STANDARD_COLUMNS` for each event: (n, 18).

    Args:
        jets: the leading jets of these events.
        particles: as they were clustered.
    """
    singles = per_jet(jets, particles)
    second = jets.n_jets >= LEADING
    eta, phi = jets.eta, jets.phi
    turn = np.abs(np.remainder(phi[:, 0] - phi[:, 1] + np.pi, 2 * np.pi) - np.pi)
    shared = (
        second,
        np.where(second, np.hypot(eta[:, 0] - eta[:, 1], turn), 0.0),
        particles.counts,
        np.where(second, invariant_mass(jets.p4.sum(axis=1)), 0.0),
    )
    rows = [singles[:, 0], singles[:, 1], np.stack(shared, axis=1)]
    return np.concatenate(rows, axis=1).astype(np.float32)


def per_jet(jets: Jets, particles: Particles) -> NDArray[np.float64]:
    """Seven numbers of each leading jet: (n, 2, 7), 0 where there is no such jet."""
    columns = (
        jets.pt,
        jets.eta,
        jets.phi,
        jets.p4[..., 3],
        jets.mass,
        jets.n_constituents,
        hardest(jets, particles),
    )
    return np.stack(columns, axis=-1)


def hardest(jets: Jets, particles: Particles) -> NDArray[np.float64]:
    """The pt of the hardest constituent of each leading jet: (n, 2), GeV; 0 without a jet."""
    out = np.zeros(len(jets) * LEADING)
    some = np.diff(jets.offsets) > 0
    if some.any():
        pt = particles.pt[jets.members].astype(np.float64)
        out[some] = np.maximum.reduceat(pt, jets.offsets[:-1][some])
    return out.reshape(-1, LEADING)
