"""What each particle has in the view: logarithms of its momentum, and where it is from its jet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_lhco.events import Particles

if TYPE_CHECKING:
    from numpy.typing import NDArray

TINY = 1e-8
"""GeV; the least that a logarithm is taken of."""


@dataclass(frozen=True, eq=False)
class Axes:
    """The summed momentum of a group of particles in each of n events."""

    pt: NDArray[np.float64]  # (n,), GeV
    energy: NDArray[np.float64]  # (n,), GeV
    eta: NDArray[np.float64]  # (n,)
    phi: NDArray[np.float64]  # (n,), rad

    @classmethod
    def of(cls, particles: Particles) -> Axes:
        """The sums; all zero where there is no particle."""
        pt, eta, phi = particles.values.T.astype(np.float64)
        event = owners(particles)

        def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.bincount(event, values, len(particles)).astype(np.float64)

        px, py, pz = (total(v) for v in (pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)))
        summed = np.hypot(px, py)
        slope = np.divide(pz, summed, out=np.zeros_like(pz), where=summed > 0)
        return cls(summed, total(pt * np.cosh(eta)), np.arcsinh(slope), np.arctan2(py, px))

    def else_of(self, other: Axes) -> Axes:
        """These, and the other ones of events that have no momentum here."""
        none = self.pt == 0
        mine, theirs = ((a.pt, a.energy, a.eta, a.phi) for a in (self, other))
        return Axes(*(np.where(none, b, a) for a, b in zip(mine, theirs, strict=True)))


def owners(particles: Particles) -> NDArray[np.intp]:
    """Which event each particle is of: (m,)."""
    return np.repeat(np.arange(len(particles)), particles.counts)


def features(groups: Sequence[Particles]) -> list[NDArray[np.float32]]:
    """`bench.PARTICLE` of each particle of each group: (m, 11).

    A particle in neither jet is relative to the leading one, and in an event without jets to the
    sum of all such particles. `lead_dphi` is in [-pi/2, 3/2 pi), so that the second jet, which is
    opposite, is in one piece. The logarithms are those of weaver's top tagging (`part_logptrel` is
    ln of pt over the jet's), `part_deta` is eta less the jet's, on either side of the detector.
    H. Qu, C. Li and S. Qian, Particle Transformer for Jet Tagging, ICML 2022, table 2.
    """
    lead, second, *rest = (Axes.of(group) for group in groups)
    lead = lead.else_of(rest[0]) if rest else lead
    own = [lead, second, lead]
    return [
        _of_group(group, axes, lead, number)
        for number, (group, axes) in enumerate(zip(groups, own, strict=False))
    ]


def _of_group(particles: Particles, own: Axes, lead: Axes, number: int) -> NDArray[np.float32]:
    pt, eta, phi = particles.values.T.astype(np.float64)
    event = owners(particles)
    energy = pt * np.cosh(eta)
    deta, dphi = eta - own.eta[event], turn(phi - own.phi[event])
    columns = {
        "part_logpt": log(pt),
        "part_loge": log(energy),
        "part_logptrel": log(pt) - log(own.pt)[event],
        "part_logerel": log(energy) - log(own.energy)[event],
        "part_deltaR": np.hypot(deta, dphi),
        "part_deta": deta,
        "part_dphi": dphi,
        "lead_deta": eta - lead.eta[event],
        "lead_dphi": turn(phi - lead.phi[event], -np.pi / 2),
        "in_lead": np.full(len(pt), float(number == 0)),
        "in_second": np.full(len(pt), float(number == 1)),
    }
    return np.stack([columns[name] for name in bench.PARTICLE], axis=1).astype(np.float32)


def log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The natural logarithm, of nothing below a tiny momentum."""
    return np.asarray(np.log(np.maximum(values, TINY)))


def turn(angle: NDArray[np.float64], least: float = -np.pi) -> NDArray[np.float64]:
    """Angles in rad from `least` on, within a full turn."""
    return (angle - least) % (2 * np.pi) + least
