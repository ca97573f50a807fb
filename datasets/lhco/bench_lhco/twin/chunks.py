"""A chunk of the simulation: a pure function of what names it, and its file in the scratch."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

import bench
from bench_lhco.events import Particles, event_ids, first, joined
from bench_lhco.labels import NOMINAL
from bench_lhco.twin.detector import CMS, Detector, detect
from bench_lhco.twin.physics import PROCESSES, STREAMS, Generated, Process, generate, generator
from bench_lhco.twin.trigger import capped, chosen, select_triggered, triggered
from bench_lhco.twin.variations import VARIATIONS, in_the_same_split

if TYPE_CHECKING:
    from pathlib import Path

BATCH = 100
"""Events generated at once; part of what decides the random numbers."""
SEEDS = 900_000_000
"""Pythia's seeds lie from 1 to this."""


@dataclass(frozen=True)
class Chunk:
    """Some kept events of one process; with fewer `events` it gives the first ones of the same."""

    dataset: str
    kind: str
    """The name of its process, such as `background`."""
    seed: int
    number: int
    events: int
    variation: str = NOMINAL

    def file(self, folder: Path) -> Path:
        """Where its events are stored."""
        return folder / f"{self.kind}-{self.number:05d}-{self.events}.npz"

    @property
    def stream(self) -> int:
        """A number of its own among all chunks of a seed."""
        return self.number * STREAMS + self.process.stream

    @property
    def description(self) -> str:
        """It in words."""
        varied = "" if self.variation == NOMINAL else f", {self.variation}"
        return f"part {self.number + 1} of the {self.kind} of {self.dataset}{varied}"

    @property
    def process(self) -> Process:
        """What it is simulated with."""
        return PROCESSES[self.dataset][self.kind]


def simulate_chunk(chunk: Chunk) -> Particles:
    """The chunk's events, all of them kept by the trigger."""
    variation = VARIATIONS[chunk.variation]
    own = [variation.number] if variation.has_own_collisions else []
    base = int(np.random.SeedSequence([chunk.seed, *own]).generate_state(1)[0])
    settings = (*chunk.process.settings, *variation.settings)
    pythia = generator(settings, 1 + (base + chunk.stream) % SEEDS)
    rng = np.random.default_rng([chunk.seed, chunk.stream, *own])
    see = _seen_otherwise if variation.detector != CMS else _seen
    parts: list[Particles] = []
    missing = chunk.events
    while missing > 0:
        part = first(see(generate(pythia, BATCH), rng, variation.detector), missing)
        parts.append(part)
        missing -= len(part)
    return joined(parts)


def _seen(truth: Generated, rng: np.random.Generator, detector: Detector) -> Particles:
    """What the detector and the trigger leave of some events."""
    return select_triggered(detect(truth, rng, detector))


def _seen_otherwise(truth: Generated, rng: np.random.Generator, detector: Detector) -> Particles:
    """The same by another detector, beside the nominal one, which the random numbers go by."""
    same = deepcopy(rng)
    nominal = event_ids(capped(detect(truth, rng)))
    varied = capped(detect(truth, same, detector))
    rows = np.flatnonzero(triggered(varied))
    return in_the_same_split(chosen(varied, rows), nominal[rows])


def store(chunk: Chunk, folder: Path) -> None:
    """Simulate a chunk and put its file in place when it is whole."""
    seen = simulate_chunk(chunk)
    with bench.atomic_write(chunk.file(folder)) as draft, draft.open("wb") as out:
        np.savez(out, values=seen.values, offsets=seen.offsets)


def stored(chunk: Chunk, folder: Path) -> Particles | None:
    """The chunk's events from its file; None if it is not there or damaged, by its checksums."""
    with suppress(OSError, EOFError, KeyError, ValueError, BadZipFile):
        # Opened here, because numpy leaves a damaged file open.
        with chunk.file(folder).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            seen = Particles(file["values"], file["offsets"])
        if len(seen) == chunk.events:
            return seen
    return None
