"""What is inside a jet: N-subjettiness, soft drop, energy correlations; and invariants of events.

N-subjettiness is FastJet contrib's, the rest is computed on FastJet's trees: J. Thaler and
K. Van Tilburg, JHEP 03 (2011) 015 (tau); A. Larkoski et al., JHEP 05 (2014) 146 (soft drop);
A. Larkoski, G. Salam and J. Thaler, JHEP 06 (2013) 108 (C2); A. Larkoski, I. Moult and D. Neill,
JHEP 12 (2014) 009 (D2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench import Column
from bench_lhco.clustering import massless, summed
from bench_lhco.features.correlations import correlations
from bench_lhco.features.groomed import soft_drop
from bench_lhco.features.standard import of_jet
from bench_lhco.features.trees import clustered, trees_of
from bench_lhco.jets import LEADING, Jets, constituents_of, invariant_mass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_lhco.events import Particles

AXES = "OnePass_WTA_KT_Axes"
"""Winner-take-all kt axes, improved once; other axes move tau21 by some 4 %."""
Z_CUT = 0.1
BETA = 0.0
"""Of soft drop, which with 0 is the modified mass drop tagger."""
LOST = 1e-9
"""A denominator that is no larger is lost to rounding."""

ALONE = "0 without a second jet"


def _jet_columns(number: int, name: str) -> tuple[Column, ...]:
    """What is said of the inside of one jet; 0 where it has too few constituents."""
    tau = f"N-subjettiness of the {name} jet, R0 1, beta 1, one-pass winner-take-all kt axes"
    drop = f"the {name} jet after soft drop, z_cut {Z_CUT}, beta {BETA:g}"
    return tuple(
        of_jet(number, quantity, unit, meaning, "substructure")
        for quantity, unit, meaning in (
            ("tau1", "1", f"tau1: {tau}"),
            ("tau21", "1", f"tau2 / tau1: {tau}"),
            ("tau32", "1", f"tau3 / tau2: {tau}"),
            ("m_sd", "GeV", f"mass of {drop}"),
            ("z_sd", "1", f"momentum share of the softer prong of {drop}"),
            ("dr_sd", "1", f"distance of the two prongs of {drop}"),
            ("e2", "1", f"energy correlation e2 of the {name} jet's pairs, beta 1"),
            ("c2", "1", f"e3 / e2^2 of the {name} jet, beta 1"),
            ("d2", "1", f"e3 / e2^3 of the {name} jet, beta 1"),
        )
    )


SUBSTRUCTURE_COLUMNS: tuple[Column, ...] = (
    *_jet_columns(1, "leading"),
    *_jet_columns(2, "second"),
    Column("m_heavy", "GeV", f"the larger one of the two jets' masses; {ALONE}", "invariants"),
    Column("m_light", "GeV", f"the smaller one of the two jets' masses; {ALONE}", "invariants"),
    Column("p1_p2", "GeV", f"root of 2 p1 . p2, the jets' four-momenta; {ALONE}", "invariants"),
    Column("m_all", "GeV", "invariant mass of all particles of the event", "invariants"),
    Column(
        "cos_theta_star",
        "1",
        "tanh of half the jets' distance in rapidity, |cos theta*| where the jets are massless and "
        f"balanced; {ALONE}",
        "invariants",
    ),
)
PER_JET = len(_jet_columns(1, ""))


def substructure_features(jets: Jets, particles: Particles) -> NDArray[np.float32]:
    """The numbers of `SUBSTRUCTURE_COLUMNS` for each event: (n, 23)."""
    present, inside = constituents_of(jets, particles)
    singles = np.zeros((LEADING * len(jets), PER_JET))
    if len(present):
        singles[present] = _inside(inside)
    rows = singles.reshape(len(jets), LEADING * PER_JET)
    return np.concatenate([rows, _invariants(jets, particles)], axis=1).astype(np.float32)


def _inside(particles: Particles) -> NDArray[np.float64]:
    """The numbers of each jet whose constituents these are: (k, 9)."""
    sequence = clustered(particles, "cambridge")
    tau = np.asarray(
        sequence.njettiness("NormalizedMeasure", AXES, njets=[1, 2, 3], beta=1.0, R0=1.0)
    )
    groomed = soft_drop(trees_of(sequence, particles.counts), Z_CUT)
    e2, e3 = correlations(particles)
    two, three = (particles.counts > n for n in (1, 2))
    columns = (
        tau[:, 0],
        _over(tau[:, 1], tau[:, 0], two),
        _over(tau[:, 2], tau[:, 1], three),
        groomed.mass,
        groomed.share,
        groomed.apart,
        e2,
        c2 := _over(e3, e2, three, 2),
        _over(c2, e2, three),
    )
    return np.stack(columns, axis=1)


def _over(
    above: NDArray[np.float64],
    below: NDArray[np.float64],
    defined: NDArray[np.bool_],
    power: int = 1,
) -> NDArray[np.float64]:
    """The ratio where it is defined and its denominator is not lost to rounding, else 0."""
    good = defined & (below > LOST)
    return np.divide(above, below**power, out=np.zeros_like(above), where=good)


def _invariants(jets: Jets, particles: Particles) -> NDArray[np.float64]:
    """What no boost along the beam changes: (n, 5); the pair's are 0 without a second jet."""
    both = jets.n_jets >= LEADING
    mass, pair = jets.mass, jets.p4.sum(axis=1)
    squared = invariant_mass(pair) ** 2 - (mass**2).sum(axis=1)
    e, pz = jets.p4[..., 3], jets.p4[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        rapidity = np.arctanh(np.clip(pz / e, -1 + 1e-15, 1 - 1e-15))
    apart = np.where(both, np.abs(rapidity[:, 0] - rapidity[:, 1]), 0.0)
    columns = (
        np.where(both, mass.max(axis=1), 0.0),
        np.where(both, mass.min(axis=1), 0.0),
        np.where(both, np.sqrt(np.maximum(squared, 0.0)), 0.0),
        invariant_mass(_all(particles)),
        np.tanh(apart / 2),
    )
    return np.stack(columns, axis=1)


def _all(particles: Particles) -> NDArray[np.float64]:
    """The four-momentum of all particles of each event: (n, 4), GeV."""
    return summed(massless(particles), np.arange(len(particles.values)), particles.offsets)
