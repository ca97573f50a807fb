"""The features of an event: jet kinematics, as trees and language models read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench import Column
from bench_lhco.jets import LEADING, Jets, invariant_mass

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _jet_columns(prefix: str, name: str) -> tuple[Column, ...]:
    """What is said of one jet."""
    return (
        Column(f"{prefix}_pt", "GeV", f"transverse momentum of the {name} jet"),
        Column(f"{prefix}_eta", "1", f"pseudorapidity of the {name} jet"),
        Column(f"{prefix}_phi", "rad", f"azimuth of the {name} jet"),
        Column(f"{prefix}_e", "GeV", f"energy of the {name} jet"),
        Column(f"{prefix}_m", "GeV", f"invariant mass of the {name} jet"),
        Column(f"{prefix}_n", "1", f"number of particles in the {name} jet"),
        Column(f"{prefix}_pt_lead", "GeV", f"pt of the hardest particle in the {name} jet"),
    )


COLUMNS: tuple[Column, ...] = (
    *_jet_columns("j1", "leading"),
    *_jet_columns("j2", "second"),
    Column("has_j2", "1", "1 with a second jet; without one its columns, dr_jj and m_jj are 0"),
    Column("dr_jj", "1", "distance of the two jets in eta and phi"),
    Column("n_particles", "1", "number of particles in the event"),
    Column("m_jj", "GeV", "invariant mass of the two jets together, |p1 + p2|"),
)


def features(jets: Jets, particles: NDArray[np.float32]) -> NDArray[np.float32]:
    """The numbers of `COLUMNS` for each event: (n, 18).

    Args:
        jets: the leading jets of these events.
        particles: (n, 700, 3): pt [GeV], eta, phi [rad], as they were clustered.
    """
    singles = per_jet(jets, particles)
    second = jets.n_jets >= LEADING
    eta, phi = jets.eta, jets.phi
    turn = np.abs(np.remainder(phi[:, 0] - phi[:, 1] + np.pi, 2 * np.pi) - np.pi)
    shared = (
        second,
        np.where(second, np.hypot(eta[:, 0] - eta[:, 1], turn), 0.0),
        (particles[:, :, 0] > 0).sum(axis=1),
        np.where(second, invariant_mass(jets.p4.sum(axis=1)), 0.0),
    )
    rows = [singles[:, 0], singles[:, 1], np.stack(shared, axis=1)]
    return np.concatenate(rows, axis=1).astype(np.float32)


def per_jet(jets: Jets, particles: NDArray[np.float32]) -> NDArray[np.float64]:
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


def hardest(jets: Jets, particles: NDArray[np.float32]) -> NDArray[np.float64]:
    """The pt of the hardest constituent of each leading jet: (n, 2), GeV; 0 without a jet."""
    counts = np.diff(jets.offsets)
    event = np.repeat(np.arange(len(counts)) // LEADING, counts)
    pt = particles[event, jets.members, 0].astype(np.float64)
    out = np.zeros(len(counts))
    np.maximum.at(out, np.repeat(np.arange(len(counts)), counts), pt)
    return out.reshape(-1, LEADING)
