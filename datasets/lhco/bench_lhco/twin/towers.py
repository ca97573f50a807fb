"""Calorimeter towers: energies summed, smeared, and shared between tracks and neutrals.

Numbers and algorithm are those that Delphes 3.4.1 documents for its module `SimpleCalorimeter` and
gives in its card `delphes_card_CMS.tcl`; see J. de Favereau et al., JHEP 02 (2014) 057.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH = 5.0
"""Reach of the calorimeters in |eta|."""
COLUMNS = 360
"""The most towers that a row has."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Towers in r rows of equal eta, each of which has its own number of towers."""

    edges: NDArray[np.float64]  # (r + 1,), in eta, ascending
    columns: NDArray[np.int64]  # (r,), towers in a whole turn, at most COLUMNS


@dataclass(frozen=True)
class Calorimeter:
    """One calorimeter: its towers, what it resolves and what it reports."""

    grid: Grid
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


@dataclass(frozen=True, eq=False)
class Hits:
    """m particles that end in a calorimeter, within its reach."""

    event: NDArray[np.int64]  # (m,)
    eta: NDArray[np.float64]  # (m,), where the particle meets the calorimeter, as phi
    phi: NDArray[np.float64]  # (m,), rad
    energy: NDArray[np.float64]  # (m,), what it leaves there, GeV
    track: NDArray[np.float64]  # (m,), the energy of its track, GeV; 0 without one
    spread: NDArray[np.float64]  # (m,), the relative resolution of that track


def _grid(*rows: tuple[NDArray[np.floating], int]) -> Grid:
    """A grid from the upper edges, outwards from eta = 0, of rows with so many towers each."""
    upper = np.concatenate([edges for edges, _ in rows])
    columns = np.concatenate([np.full(len(edges), n) for edges, n in rows])
    edges = np.concatenate([-upper[::-1], [0.0], upper])
    return Grid(edges, np.concatenate([columns[::-1], columns]))


def square_grid(side: float) -> Grid:
    """Towers of about this side in eta and phi [rad], up to the end of the calorimeters."""
    rows = round(REACH / side)
    return _grid((np.arange(1, rows + 1) * (REACH / rows), round(2 * np.pi / side)))


ECAL = Calorimeter(
    _grid(
        (0.0174 * np.arange(1, 171), 360),
        (np.array([3.125, 3.3, 3.475, 3.65, 3.825, 4, 4.175, 4.35, 4.525, 4.7, REACH]), 36),
    ),
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
    _grid(
        (0.087 * np.arange(1, 20), 72),
        (np.array([1.74, 1.83, 1.93, 2.043, 2.172, 2.322, 2.5, 2.65, 2.868, 2.95]), 36),
        (np.array([3.125, 3.3, 3.475, 3.65, 3.825, 4, 4.175, 4.35, 4.525]), 36),
        (np.array([4.7, REACH]), 18),
    ),
    noise=0.0,
    stochastic=1.50,
    constant=0.05,
    worsens=False,
    edge=3.0,
    forward=(2.70, 0.130),
    minimum=1.0,
    significance=1.0,
)


def measure(
    calorimeter: Calorimeter, hits: Hits, rng: np.random.Generator
) -> tuple[tuple[NDArray[np.generic], ...], NDArray[np.float64]]:
    """Energy flow in one calorimeter.

    Returns:
        Event, pt, eta and phi of each tower's neutral excess; and, for each particle, the factor
        by which the calorimeter corrects its track.
    """
    tower, towers = _towers(calorimeter.grid, hits)
    n = len(towers.event)
    true = _summed(hits.energy, tower, n)
    measured = _log_normal(true, _sigma(calorimeter, true, towers.eta), rng)
    sigma = _sigma(calorimeter, measured, towers.eta)
    floor = np.maximum(calorimeter.minimum, calorimeter.significance * sigma)
    measured = np.where(measured >= floor, measured, 0.0)
    charged = _summed(hits.track, tower, n)
    charged_sigma = np.sqrt(_summed((hits.track * hits.spread) ** 2, tower, n))
    excess = np.maximum(measured - charged, 0.0)
    limit = calorimeter.significance * np.hypot(charged_sigma, sigma)
    neutral = (excess > calorimeter.minimum) & (excess > limit)
    scale = np.where(neutral | (charged == 0), 1.0, _best(charged, charged_sigma, measured, sigma))
    # Anywhere in the tower, so that the grid does not show.
    shift = rng.random((2, int(neutral.sum()))) - 0.5
    eta = towers.eta[neutral] + towers.height[neutral] * shift[0]
    phi = towers.phi[neutral] + towers.width[neutral] * shift[1]
    return (towers.event[neutral], excess[neutral] / np.cosh(eta), eta, phi), scale[tower]


@dataclass(frozen=True, eq=False)
class _Towers:
    """t towers with something in them."""

    event: NDArray[np.int64]  # (t,)
    eta: NDArray[np.float64]  # (t,), the middle, as phi
    phi: NDArray[np.float64]  # (t,), rad
    height: NDArray[np.float64]  # (t,), in eta
    width: NDArray[np.float64]  # (t,), in phi, rad


def _towers(grid: Grid, hits: Hits) -> tuple[NDArray[np.int64], _Towers]:
    """The tower that each particle ends in, (m,), and all such towers."""
    rows = len(grid.columns)
    row = np.searchsorted(grid.edges[1:-1], hits.eta)
    turn = np.remainder(hits.phi / (2 * np.pi), 1.0)
    column = (turn * grid.columns[row]).astype(np.int64)
    used, tower = np.unique((hits.event * rows + row) * COLUMNS + column, return_inverse=True)
    used, column = np.divmod(used, COLUMNS)
    event, row = np.divmod(used, rows)
    width = 2 * np.pi / grid.columns[row]
    eta = (grid.edges[row] + grid.edges[row + 1]) / 2
    height = grid.edges[row + 1] - grid.edges[row]
    return tower, _Towers(event, eta, (column + 0.5) * width, height, width)


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
    """Log-normal values of this mean, which is above 0, and of this deviation."""
    width = np.sqrt(np.log1p((sigma / mean) ** 2))
    return mean * np.exp(width * rng.standard_normal(len(mean)) - width**2 / 2)


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
