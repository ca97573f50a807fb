"""A fast detector in the manner of Delphes' CMS card, for many events at once.

Efficiencies, resolutions and energy fractions are those of `delphes_card_CMS.tcl` in Delphes 3.4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.events import Particles, ends
from bench_lhco.twin.propagate import impact
from bench_lhco.twin.towers import ECAL, HCAL, REACH, Calorimeter, Hits, measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_lhco.twin.physics import Generated

TRACKER = 2.5
"""Reach of the tracker in |eta|."""
ELECTRON, MUON, PHOTON = 11, 13, 22
POSITIVE = (211, 321, 2212, 3222)
"""Hadrons that carry the charge of their code's sign."""
NEGATIVE = (3112, 3312, 3334)
"""Hadrons that carry the opposite charge."""
SHOWERING = (310, 3122)
"""K0S and Lambda, which decay to photons or hadrons before or in the calorimeters."""
SHOWERED = 0.3
"""The part of their energy that the electromagnetic calorimeter takes; the other takes the rest."""

FLOOR = np.array([[0.06, 0.10, 0.25], [0.03, 0.05, 0.15], [0.01, 0.015, 0.025]])
"""Resolution of a soft track's pt: hadrons, electrons, muons; in |eta| up to 0.5, 1.5 and 2.5."""
SLOPE = np.array([[1.3e-3, 1.7e-3, 3.1e-3], [1.3e-3, 1.7e-3, 3.1e-3], [1.0e-4, 1.5e-4, 3.5e-4]])
"""How the resolution grows with pt, 1/GeV."""


@dataclass(frozen=True)
class Detector:
    """What may be other than in the card."""

    ecal: Calorimeter = ECAL
    hcal: Calorimeter = HCAL
    track_spread: float = 1.0
    """By which the relative resolution of tracks is multiplied."""
    scale: float = 1.0
    """By which every measured momentum is multiplied."""


CMS = Detector()
"""As in the card."""


def detect(truth: Generated, rng: np.random.Generator, detector: Detector = CMS) -> Particles:
    """Tracks, photon towers and neutral-hadron towers of every event, in that order."""
    kind = np.abs(truth.code)
    charge = _charge(truth.code)
    eta, phi = impact(truth.pt, truth.eta, truth.phi, charge)
    tracked = _tracked(truth.pt, eta, kind, charge, rng)
    spread = _resolution(truth.pt, eta, kind) * detector.track_spread
    pt = truth.pt * _positive(spread, rng)
    energy = np.where(tracked, pt * np.cosh(truth.eta), 0.0)
    electromagnetic = _electromagnetic(kind)
    hadronic = np.where(kind == MUON, 0.0, 1 - electromagnetic)
    parts = []
    for calorimeter, share in ((detector.ecal, electromagnetic), (detector.hcal, hadronic)):
        part = (share > 0) & (np.abs(eta) < REACH)
        hits = Hits(
            event=truth.event[part],
            eta=eta[part],
            phi=phi[part],
            energy=(truth.e * share)[part],
            track=energy[part],
            spread=spread[part],
        )
        neutral, scale = measure(calorimeter, hits, rng)
        pt[part] *= scale
        parts.append(neutral)
    tracks = (truth.event, pt, truth.eta, truth.phi)
    collected = [tuple(a[tracked] for a in tracks), *parts]
    return _collect(collected, truth.n, detector.scale)


def _charge(code: NDArray[np.int32]) -> NDArray[np.float64]:
    """Electric charge of each particle that reaches a detector."""
    kind = np.abs(code)
    same, opposite = np.isin(kind, POSITIVE), np.isin(kind, (ELECTRON, MUON, *NEGATIVE))
    return np.asarray((same * 1.0 - opposite) * np.sign(code), dtype=np.float64)


def _electromagnetic(kind: NDArray[np.int32]) -> NDArray[np.float64]:
    """The part of its energy that each particle leaves in the electromagnetic calorimeter."""
    whole = np.isin(kind, (ELECTRON, PHOTON))
    share: NDArray[np.float64] = whole + SHOWERED * np.isin(kind, SHOWERING)
    return share


def _tracked(
    pt: NDArray[np.float64],
    eta: NDArray[np.float64],
    kind: NDArray[np.int32],
    charge: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Which particles leave a track; eta is where they meet the calorimeter."""
    central = np.abs(eta) < 1.5
    hard = np.where(pt > 100, np.where(central, 0.99, 0.90), np.where(central, 0.95, 0.83))
    electron = np.where(pt < 1, np.where(central, 0.73, 0.50), hard)
    hadron = np.where(pt < 1, np.where(central, 0.70, 0.60), np.where(central, 0.95, 0.85))
    muon = np.where(pt < 1, np.where(central, 0.75, 0.70), np.where(central, 0.99, 0.98))
    chance = np.select([kind == ELECTRON, kind == MUON], [electron, muon], hadron)
    inside = (np.abs(eta) < TRACKER) & (pt > 0.1) & (charge != 0)
    tracked: NDArray[np.bool_] = inside & (rng.random(len(pt)) < chance)
    return tracked


def _resolution(
    pt: NDArray[np.float64], eta: NDArray[np.float64], kind: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Relative resolution of a track's pt; eta is where it meets the calorimeter."""
    region = np.searchsorted((0.5, 1.5), np.abs(eta))
    species = np.select([kind == ELECTRON, kind == MUON], [1, 2], 0)
    floor, slope = FLOOR[species, region], SLOPE[species, region]
    resolution: NDArray[np.float64] = np.hypot(floor, slope * pt)
    return resolution


def _positive(spread: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Log-normal factors of mean 1 and relative width `spread`."""
    width = np.sqrt(np.log1p(spread**2))
    return np.exp(width * rng.standard_normal(len(spread)) - width**2 / 2)


def _collect(parts: list[tuple[NDArray[np.generic], ...]], n: int, scale: float) -> Particles:
    """The parts as one, grouped by event, and their momenta scaled."""
    event, pt, eta, phi = (np.concatenate(a) for a in zip(*parts, strict=True))
    pt = pt * scale
    order = np.argsort(event, kind="stable")
    # A pt of 0 means padding in the official layout, whose softest particles have 0.1 GeV.
    order = order[(pt[order] > 0.05) & (np.abs(eta[order]) < 5)]
    values = np.empty((len(order), 3), dtype=np.float32)
    values[:, 0], values[:, 1], values[:, 2] = pt[order], eta[order], _wrapped(phi[order])
    return Particles(values, ends(np.bincount(event[order], minlength=n)))


def _wrapped(phi: NDArray[np.float64]) -> NDArray[np.float32]:
    """Angles in (-pi, pi]; the float32 next to pi lies beyond it, so pi is clipped."""
    pi = np.nextafter(np.float32(np.pi), np.float32(0))
    turned = np.remainder(phi + np.pi, 2 * np.pi) - np.pi
    return np.clip(turned.astype(np.float32), -pi, pi)
