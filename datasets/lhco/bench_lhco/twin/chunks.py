"""A chunk of the simulation: a pure function of what names it, and its file in the scratch."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

import bench
from bench_lhco.events import Particles, first, joined
from bench_lhco.twin.detector import detect
from bench_lhco.twin.physics import PROCESSES, STREAMS, Process, generate, generator
from bench_lhco.twin.trigger import select_triggered

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
        return f"part {self.number + 1} of the {self.kind} of {self.dataset}"

    @property
    def process(self) -> Process:
        """What it is simulated with."""
        return PROCESSES[self.dataset][self.kind]


def simulate_chunk(chunk: Chunk) -> Particles:
    """The chunk's events, all of them kept by the trigger."""
    base = int(np.random.SeedSequence(chunk.seed).generate_state(1)[0])
    pythia = generator(chunk.process.settings, 1 + (base + chunk.stream) % SEEDS)
    rng = np.random.default_rng([chunk.seed, chunk.stream])
    parts: list[Particles] = []
    missing = chunk.events
    while missing > 0:
        part = first(select_triggered(detect(generate(pythia, BATCH), rng)), missing)
        parts.append(part)
        missing -= len(part)
    return joined(parts)


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
