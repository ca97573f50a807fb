"""A fast detector in the manner of Delphes' CMS card, for many events at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench_lhco.twin.propagate import impact
from bench_lhco.twin.towers import ECAL, HCAL, Hits, measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_lhco.twin.physics import Generated

TRACKER = 2.5
"""Reach of the tracker in |eta|."""


@dataclass(frozen=True, eq=False)
class Seen:
    """The massless particles that the detector reports, flat and grouped by event."""

    pt: NDArray[np.float32]  # (m,), GeV
    eta: NDArray[np.float32]  # (m,)
    phi: NDArray[np.float32]  # (m,), rad, in (-pi, pi]
    offsets: NDArray[np.int64]  # (n + 1,), the particles of event i are offsets[i]:offsets[i + 1]

    def __len__(self) -> int:
        return len(self.offsets) - 1


def detect(truth: Generated, rng: np.random.Generator) -> Seen:
    """Tracks, photon towers and neutral-hadron towers of every event, in that order."""
    charge = _charge(truth.code)
    eta, phi = impact(truth.pt, truth.eta, truth.phi, charge)
    kind = np.abs(truth.code)
    tracked = _tracked(truth.pt, eta, kind, charge, rng)
    spread = _resolution(truth.pt, truth.eta, kind)
    pt = truth.pt * _positive(spread, rng)
    energy = pt * np.cosh(truth.eta)
    muon, electromagnetic = kind == 13, np.isin(kind, (11, 22))
    scale = np.ones(len(pt))
    parts = []
    for part, tower in ((electromagnetic, ECAL), (~electromagnetic & ~muon, HCAL)):
        hits = Hits(
            event=truth.event[part],
            eta=eta[part],
            phi=phi[part],
            energy=truth.e[part],
            track=np.where(tracked, energy, 0.0)[part],
            spread=spread[part],
        )
        neutral, scale[part] = measure(tower, hits, rng)
        parts.append(neutral)
    tracks = (truth.event, pt * scale, truth.eta, truth.phi)
    return _collect([tuple(a[tracked] for a in tracks), *parts], truth.n)


def _charge(code: NDArray[np.int32]) -> NDArray[np.float64]:
    """Electric charge of each particle that reaches a detector."""
    kind, sign = np.abs(code), np.sign(code)
    lepton, hadron = np.isin(kind, (11, 13)), np.isin(kind, (211, 321, 2212))
    return np.where(lepton, -sign, np.where(hadron, sign, 0)).astype(np.float64)


def _tracked(
    pt: NDArray[np.float64],
    eta: NDArray[np.float64],
    kind: NDArray[np.int32],
    charge: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Which particles leave a track; eta is where they meet the calorimeter."""
    central = np.abs(eta) < 1.5
    hadron = np.where(pt < 1, np.where(central, 0.70, 0.60), np.where(central, 0.95, 0.85))
    electron = np.where(pt < 1, np.where(central, 0.73, 0.50), np.where(central, 0.95, 0.83))
    muon = np.where(pt < 1, np.where(central, 0.75, 0.70), np.where(central, 0.99, 0.98))
    chance = np.select([kind == 11, kind == 13], [electron, muon], hadron)
    inside = (np.abs(eta) < TRACKER) & (pt > 0.1) & (charge != 0)
    tracked: NDArray[np.bool_] = inside & (rng.random(len(pt)) < chance)
    return tracked


def _resolution(
    pt: NDArray[np.float64], eta: NDArray[np.float64], kind: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Relative resolution of a track's pt."""
    at = np.abs(eta)
    floor = np.select([at < 0.5, at < 1.5], [0.01, 0.015], 0.025)
    floor = np.where(kind == 11, 3 * floor, floor)
    slope = np.select([at < 0.5, at < 1.5], [1.0e-4, 1.5e-4], 3.5e-4)
    spread: NDArray[np.float64] = np.hypot(floor, slope * pt)
    return spread


def _positive(spread: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Log-normal factors of mean 1 and relative width `spread`."""
    width = np.sqrt(np.log1p(spread**2))
    return np.exp(width * rng.standard_normal(len(spread)) - width**2 / 2)


def _collect(parts: list[tuple[NDArray[np.generic], ...]], n: int) -> Seen:
    """The parts as one, grouped by event."""
    event, pt, eta, phi = (np.concatenate(a) for a in zip(*parts, strict=True))
    order = np.argsort(event, kind="stable")
    # A pt of 0 means padding in the official layout, whose softest particles have 0.1 GeV.
    order = order[(pt[order] > 0.05) & (np.abs(eta[order]) < 5)]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(event[order], minlength=n))])
    return Seen(
        pt[order].astype(np.float32), eta[order].astype(np.float32), _wrapped(phi[order]), offsets
    )


def _wrapped(phi: NDArray[np.float64]) -> NDArray[np.float32]:
    """Angles in (-pi, pi]; the float32 next to pi lies beyond it, so pi is clipped."""
    pi = np.nextafter(np.float32(np.pi), np.float32(0))
    turned = np.remainder(phi + np.pi, 2 * np.pi) - np.pi
    return np.clip(turned.astype(np.float32), -pi, pi)
