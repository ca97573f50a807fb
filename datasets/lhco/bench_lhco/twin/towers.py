"""Calorimeter towers: energies summed, smeared, and shared between tracks and neutrals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH = 5.0
"""Reach of the calorimeters in |eta|."""
FORWARD = 3.0
"""Beyond this |eta| all towers are those of the forward calorimeter."""
FORWARD_SIZE = np.pi / 18
"""Their width in eta and in phi, rad."""


@dataclass(frozen=True)
class Calorimeter:
    """One calorimeter: its towers, what it resolves and what it reports."""

    size: float
    """Width of a tower in eta and in phi, rad, up to |eta| of `FORWARD`."""
    noise: float
    """Part of the central resolution that is the same at all energies, GeV."""
    stochastic: float
    """Part that grows with the root of the energy, in root GeV."""
    constant: float
    """Part that grows with the energy."""
    worsens: bool
    """Whether the central resolution worsens with |eta|."""
    edge: float
    """From this |eta| on the forward resolution holds."""
    forward: tuple[float, float]
    """Stochastic and constant part of the forward resolution."""
    minimum: float
    """Least energy of a tower, GeV."""
    significance: float
    """Least energy of a tower in units of its resolution."""


ECAL = Calorimeter(
    size=np.pi / 180,
    noise=0.40,
    stochastic=0.11,
    constant=0.008,
    worsens=True,
    edge=2.5,
    forward=(2.08, 0.107),
    minimum=0.5,
    significance=2.0,
)
HCAL = Calorimeter(
    size=np.pi / 36,
    noise=0.0,
    stochastic=1.50,
    constant=0.05,
    worsens=False,
    edge=3.0,
    forward=(2.70, 0.130),
    minimum=1.0,
    significance=1.0,
)


@dataclass(frozen=True, eq=False)
class Hits:
    """m particles that end in a calorimeter."""

    event: NDArray[np.int64]  # (m,)
    eta: NDArray[np.float64]  # (m,), where the particle meets the calorimeter, as phi
    phi: NDArray[np.float64]  # (m,), rad
    energy: NDArray[np.float64]  # (m,), what it leaves there, GeV
    track: NDArray[np.float64]  # (m,), the energy of its track, GeV; 0 without one
    spread: NDArray[np.float64]  # (m,), the relative resolution of that track


def measure(
    calorimeter: Calorimeter, hits: Hits, rng: np.random.Generator
) -> tuple[tuple[NDArray[np.generic], ...], NDArray[np.float64]]:
    """Energy flow in one calorimeter.

    Returns:
        Event, pt, eta and phi of each tower's neutral excess; and, for each particle, the factor
        by which the calorimeter corrects its track.
    """
    tower, towers = _towers(calorimeter, hits)
    n = len(towers.event)
    true = _summed(hits.energy, tower, n)
    measured = _log_normal(true, _sigma(calorimeter, true, towers.eta), rng)
    sigma = _sigma(calorimeter, measured, towers.eta)
    floor = np.maximum(calorimeter.minimum, calorimeter.significance * sigma)
    measured = np.where((measured >= floor) & (np.abs(towers.eta) < REACH), measured, 0.0)
    charged = _summed(hits.track, tower, n)
    charged_sigma = np.sqrt(_summed((hits.track * hits.spread) ** 2, tower, n))
    excess = np.maximum(measured - charged, 0.0)
    limit = calorimeter.significance * np.hypot(charged_sigma, sigma)
    neutral = (excess > calorimeter.minimum) & (excess > limit)
    scale = np.where(neutral | (charged == 0), 1.0, _best(charged, charged_sigma, measured, sigma))
    # Anywhere in the tower, so that the grid does not show.
    shift = towers.width[neutral] * (rng.random((2, int(neutral.sum()))) - 0.5)
    eta, phi = towers.eta[neutral] + shift[0], towers.phi[neutral] + shift[1]
    return (towers.event[neutral], excess[neutral] / np.cosh(eta), eta, phi), scale[tower]


@dataclass(frozen=True, eq=False)
class _Towers:
    """t towers with something in them."""

    event: NDArray[np.int64]  # (t,)
    eta: NDArray[np.float64]  # (t,), the middle, as phi
    phi: NDArray[np.float64]  # (t,), rad
    width: NDArray[np.float64]  # (t,), in eta and in phi, rad


def _towers(calorimeter: Calorimeter, hits: Hits) -> tuple[NDArray[np.int64], _Towers]:
    """The tower that each particle ends in, (m,), and all such towers."""
    forward = np.abs(hits.eta) >= FORWARD
    width: NDArray[np.float64] = np.where(forward, FORWARD_SIZE, calorimeter.size)
    row = np.floor(np.clip(hits.eta, -20, 20) / width).astype(np.int64)
    column = np.floor(np.remainder(hits.phi, 2 * np.pi) / width).astype(np.int64)
    key = ((hits.event * 2 + forward) * 2**12 + row + 2**11) * 2**10 + column
    _, first, tower = np.unique(key, return_index=True, return_inverse=True)
    width = width[first]
    eta, phi = (row[first] + 0.5) * width, (column[first] + 0.5) * width
    return tower, _Towers(hits.event[first], eta, phi, width)


def _summed(values: NDArray[np.float64], tower: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """The sum of the particles' values in each tower: (n,)."""
    return np.bincount(tower, values, n).astype(np.float64)


def _sigma(
    calorimeter: Calorimeter, energy: NDArray[np.float64], eta: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Resolution of an energy, GeV."""
    at = np.abs(eta)
    noise, constant = calorimeter.noise, calorimeter.constant * energy
    central = np.sqrt(noise**2 + calorimeter.stochastic**2 * energy + constant**2)
    if calorimeter.worsens:
        central *= np.where(at < 1.5, 1 + 0.64 * at**2, 2.16 + 5.6 * (at - 2) ** 2)
    stochastic, slope = calorimeter.forward
    forward = np.sqrt(stochastic**2 * energy + (slope * energy) ** 2)
    return np.where(at < calorimeter.edge, central, forward)


def _log_normal(
    mean: NDArray[np.float64], sigma: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Log-normal values of this mean and deviation; 0 where the mean is 0."""
    seen = np.maximum(mean, 1e-12)
    width = np.sqrt(np.log1p((sigma / seen) ** 2))
    return np.where(
        mean > 0, seen * np.exp(width * rng.standard_normal(len(mean)) - width**2 / 2), 0.0
    )


def _best(
    charged: NDArray[np.float64],
    charged_sigma: NDArray[np.float64],
    measured: NDArray[np.float64],
    sigma: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The factor from the tracks' energy to the weighted mean of tracks and calorimeter."""
    tracks = 1 / np.maximum(charged_sigma, 1e-9) ** 2
    tower = np.where(sigma > 0, 1 / np.maximum(sigma, 1e-9) ** 2, 0.0)
    mean = (tracks * charged + tower * measured) / (tracks + tower)
    return mean / np.maximum(charged, 1e-12)
