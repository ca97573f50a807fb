"""The study diary's sixteen numbers, as its code made them and not as it described them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench import Column
from bench_lhco.features.standard import per_jet
from bench_lhco.jets import Jets, cluster

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_lhco.events import Particles

RADIUS = 1.0
MIN_PT = 1200.0
"""The trigger's cut, GeV, with which the diary reconstructed its jets: often only one is left."""

JET_SCALES = (1000.0, 1.0, 1.0, 1000.0, 100.0, 100.0, 1000.0)
EVENT_SCALES = (200.0, 1000.0)


def _jet_columns(prefix: str, name: str) -> tuple[Column, ...]:
    """What the diary says of one jet."""
    jet = f"diary: of the {name} jet over 1200 GeV in fastjet's order, which is mostly ascending,"
    return (
        Column(f"{prefix}_pt_tev", "TeV", f"{jet} the transverse momentum"),
        Column(f"{prefix}_eta", "1", f"{jet} the pseudorapidity"),
        Column(f"{prefix}_phi", "rad", f"{jet} the azimuth"),
        Column(f"{prefix}_e_tev", "TeV", f"{jet} the energy"),
        Column(f"{prefix}_m_100gev", "100 GeV", f"{jet} the mass"),
        Column(f"{prefix}_n_100", "100", f"{jet} the number of particles"),
        Column(f"{prefix}_pt_lead_tev", "TeV", f"{jet} the pt of the hardest particle"),
    )


DIARY_COLUMNS: tuple[Column, ...] = (
    *_jet_columns("diary_j1", "first"),
    *_jet_columns("diary_j2", "second"),
    Column("diary_n_particles_200", "200", "diary: number of particles in the event"),
    Column(
        "diary_m_sum_tev", "TeV", "diary: its M_jj, the sum of the jet masses, no invariant mass"
    ),
)


def diary_jets(particles: Particles, _radius: float, _min_pt: float) -> Jets:
    """The diary's jets, whatever is asked for."""
    return cluster(particles, RADIUS, MIN_PT, hardest_first=False)


def diary_features(jets: Jets, particles: Particles) -> NDArray[np.float32]:
    """The numbers of `DIARY_COLUMNS` for each event: (n, 16); 0 for a jet that is not there."""
    singles = per_jet(jets, particles) / JET_SCALES
    shared = np.stack([particles.counts, jets.mass.sum(axis=1)], axis=1) / EVENT_SCALES
    return np.concatenate([singles[:, 0], singles[:, 1], shared], axis=1).astype(np.float32)
