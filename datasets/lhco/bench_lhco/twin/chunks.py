"""A chunk of the simulation: a pure function of what names it, and its file in the scratch."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from bench_lhco.twin.detector import Seen, detect
from bench_lhco.twin.physics import MASSES, PROCESSES, generate, generator, settings
from bench_lhco.twin.trigger import kept

if TYPE_CHECKING:
    from pathlib import Path

BATCH = 100
"""Events generated at once; part of what decides the random numbers."""
SEEDS = 900_000_000
"""Pythia's seeds lie from 1 to this."""
STREAMS = 64
"""Room for pairs of dataset and process, so that no two chunks of a seed share Pythia's seed."""


@dataclass(frozen=True)
class Chunk:
    """Some kept events of one process; with fewer `events` it gives the first ones of the same."""

    dataset: str
    process: str
    seed: int
    number: int
    events: int

    def file(self, folder: Path) -> Path:
        """Where its events are stored."""
        return folder / f"{self.process}-{self.number:05d}-{self.events}.npz"

    @property
    def stream(self) -> int:
        """A number of its own among all chunks of a seed."""
        pair = sorted(MASSES).index(self.dataset) * len(PROCESSES) + PROCESSES.index(self.process)
        return self.number * STREAMS + pair


def simulate_chunk(chunk: Chunk) -> Seen:
    """The chunk's events, all of them kept by the trigger."""
    base = int(np.random.SeedSequence(chunk.seed).generate_state(1)[0])
    pythia = generator(settings(chunk.dataset, chunk.process), 1 + (base + chunk.stream) % SEEDS)
    rng = np.random.default_rng([chunk.seed, chunk.stream])
    parts: list[Seen] = []
    missing = chunk.events
    while missing > 0:
        part = first(kept(detect(generate(pythia, BATCH), rng)), missing)
        parts.append(part)
        missing -= len(part)
    return joined(parts)


def first(seen: Seen, n: int) -> Seen:
    """The first n events, or all if there are fewer."""
    offsets = seen.offsets[: n + 1]
    end = offsets[-1]
    return Seen(seen.pt[:end], seen.eta[:end], seen.phi[:end], offsets)


def joined(parts: list[Seen]) -> Seen:
    """The events of all parts, one part after the other."""
    counts = np.concatenate([np.diff(part.offsets) for part in parts])
    return Seen(
        np.concatenate([part.pt for part in parts]),
        np.concatenate([part.eta for part in parts]),
        np.concatenate([part.phi for part in parts]),
        np.concatenate([[0], np.cumsum(counts)]),
    )


def store(chunk: Chunk, folder: Path) -> None:
    """Simulate a chunk and put its file in place when it is whole."""
    seen = simulate_chunk(chunk)
    file = chunk.file(folder)
    temporary = file.with_name(f".{file.stem}-{os.getpid()}.npz")
    try:
        np.savez(temporary, pt=seen.pt, eta=seen.eta, phi=seen.phi, offsets=seen.offsets)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def stored(chunk: Chunk, folder: Path) -> Seen | None:
    """The chunk's events from its file; None if it is not there or damaged, by its checksums."""
    with suppress(OSError, EOFError, KeyError, ValueError, BadZipFile):
        # Opened here, because numpy leaves a damaged file open.
        with chunk.file(folder).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            seen = Seen(file["pt"], file["eta"], file["phi"], file["offsets"])
        if len(seen) == chunk.events:
            return seen
    return None
