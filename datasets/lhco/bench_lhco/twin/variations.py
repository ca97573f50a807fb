"""What the simulation does not know, each as a twin of its own: frozen settings with their source.

Those of the detector see the very same collisions as the nominal twin of a seed, and its random
numbers as far as they draw the same ones; those of Pythia have collisions of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_lhco.events import Particles, event_ids, joined
from bench_lhco.labels import NOMINAL
from bench_lhco.twin.detector import CMS, Detector
from bench_lhco.twin.physics import PROCESSES, VINCIA
from bench_lhco.twin.towers import ECAL, HCAL, Calorimeter, square_grid
from bench_lhco.twin.trigger import chosen

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRIES = 2000
"""Orders of an event's particles that are tried until it is in the split that it belongs to."""


@dataclass(frozen=True)
class Variation:
    """One change of the simulation."""

    number: int
    """0 for the nominal one; part of the seed of what changes the collisions. Never reused."""
    meaning: str
    settings: tuple[str, ...] = ()
    """What Pythia is told beside the nominal settings."""
    detector: Detector = CMS

    @property
    def has_own_collisions(self) -> bool:
        """Whether it simulates other collisions than the nominal twin."""
        return bool(self.settings)


def _resolved(calorimeter: Calorimeter, factor: float) -> Calorimeter:
    """The calorimeter with its resolution times a factor at all energies."""
    return replace(
        calorimeter,
        noise=calorimeter.noise * factor,
        stochastic=calorimeter.stochastic * factor,
        constant=calorimeter.constant * factor,
        forward=(calorimeter.forward[0] * factor, calorimeter.forward[1] * factor),
    )


def _resolution(factor: float) -> Detector:
    return Detector(_resolved(ECAL, factor), _resolved(HCAL, factor), track_spread=factor)


COARSE = square_grid(0.2)

VARIATIONS: Mapping[str, Variation] = MappingProxyType(
    {
        NOMINAL: Variation(0, "as published: Pythia's default tune and shower, CMS card"),
        "recoil": Variation(
            1,
            "initial-state shower with the dipole recoil of B. Cabouat and T. Sjöstrand, "
            "EPJC 78 (2018) 226, in place of the global one: `SpaceShower:dipoleRecoil = on`",
            ("SpaceShower:dipoleRecoil = on",),
        ),
        "tune": Variation(
            2,
            "ATLAS' tune A14 with NNPDF2.3LO (ATL-PHYS-PUB-2014-021) in place of Monash 2013: "
            "`Tune:pp = 21`",
            ("Tune:pp = 21",),
        ),
        "mpi": Variation(
            3,
            "multiparton interactions, which the published events do not have: "
            "`PartonLevel:MPI = on`",
            ("PartonLevel:MPI = on",),
        ),
        "scale-up": Variation(
            4, "every measured momentum 2 % higher", detector=Detector(scale=1.02)
        ),
        "scale-down": Variation(
            5, "every measured momentum 2 % lower", detector=Detector(scale=0.98)
        ),
        "resolution-up": Variation(
            6, "resolution of tracks and calorimeters 10 % worse", detector=_resolution(1.1)
        ),
        "resolution-down": Variation(
            7, "resolution of tracks and calorimeters 10 % better", detector=_resolution(0.9)
        ),
        "towers": Variation(
            8,
            "towers of 0.2 x 0.2 in eta and phi in both calorimeters, in place of 0.0174 x 0.0174 "
            "and 0.087 x 0.087 in their barrels",
            detector=Detector(replace(ECAL, grid=COARSE), replace(HCAL, grid=COARSE)),
        ),
    }
)
"""By the name that the option `variation` takes. What one means never changes."""
OF_PYTHIAS_SHOWER = ("recoil", "tune")


def demand_variation(dataset: str, variation: str) -> None:
    """Refuse a variation that is none, or one of a shower that the dataset does not have.

    Raises:
        RequestError: such a variation.
    """
    if variation not in VARIATIONS:
        hint = bench.did_you_mean(variation, VARIATIONS)
        raise bench.RequestError(f"no variation {variation!r} of the simulation; {hint}")
    settings = [line for kind in PROCESSES[dataset].values() for line in kind.settings]
    if variation in OF_PYTHIAS_SHOWER and VINCIA in settings:
        raise bench.RequestError(
            f"variation {variation}: {dataset} is simulated with the shower of Vincia, "
            "which has no such setting"
        )


def in_the_same_split(particles: Particles, nominal: NDArray[np.uint64]) -> Particles:
    """The events, each in the split of the nominal event of the same collision.

    A model that was fitted on the one must not be judged by the other. The split is that of the
    hash of an event's particles in their order, and their order says nothing: another one is taken
    until the splits agree. An event of so few particles that none does is left out.

    Args:
        particles: of n events.
        nominal: the ids of the nominal events of the same collisions, (n,).
    """
    belongs = _splits(nominal)
    right = _splits(event_ids(particles)) == belongs
    parts = [chosen(particles, np.zeros(0, dtype=np.intp))]
    for row, agrees in enumerate(right):
        event = chosen(particles, np.array([row]))
        turned = event if agrees else _turned(event, belongs[row])
        parts += [turned] if turned else []
    return joined(parts)


def _turned(event: Particles, split: int) -> Particles | None:
    """One event with its particles in the first other order that brings it to this split."""
    rng = np.random.default_rng(len(event.values))
    for _ in range(TRIES):
        turned = Particles(rng.permutation(event.values), event.offsets)
        if _splits(event_ids(turned))[0] == split:
            return turned
    return None


def _splits(ids: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The split of each event by its id: (n,)."""
    empty = np.zeros((len(ids), 0), dtype=np.float32)
    y, weights = np.zeros(len(ids), dtype=np.int8), np.ones(len(ids))
    table = bench.Table(columns=(), x=empty, y=y, ids=ids, weights=weights)
    inside = [bench.rows_in(table, split) for split in ("train", "valid", "test")]
    return np.asarray(np.argmax(inside, axis=0), dtype=np.int64)
