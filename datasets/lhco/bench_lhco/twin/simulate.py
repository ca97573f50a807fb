"""Simulates a dataset: cut in chunks, spread over processes, resumed, and shuffled at the end."""

from __future__ import annotations

import json
from functools import partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench import RequestError
from bench.errors import did_you_mean
from bench_lhco.events import MAX_PARTICLES, Events
from bench_lhco.twin.chunks import BATCH, Chunk, joined, store, stored
from bench_lhco.twin.physics import MASSES, settings
from bench_lhco.workers import spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bench import Progress
    from bench_lhco.twin.detector import Seen

CHUNK = 1000
"""Kept events of a chunk."""
SLICE = 1000
"""Events given at once."""


def simulate(
    dataset: str,
    signal: int,
    background: int,
    *,
    seed: int,
    jobs: int,
    scratch: Path,
    progress: Progress,
) -> Iterator[Events]:
    """Simulate events of a dataset, signal and background mixed, and give them in slices.

    The same arguments give the same bytes, whatever the number of jobs. The call itself simulates;
    finished chunks stay in `scratch`, from where an interrupted one goes on.

    Args:
        dataset: `rd` or `blackbox1`.
        signal: signal events to keep.
        background: background events to keep.
        seed: 0 or more.
        jobs: worker processes; with more than one, a script needs its `__main__` guard.
        scratch: folder for the chunks, which may go when the events are written.
        progress: shows the kept events.

    Raises:
        RequestError: no such dataset, no events to simulate.
        BenchError: a worker was killed.
    """
    _checked(dataset, signal, background, seed)
    folder = scratch / _key(recipe(dataset, seed))
    folder.mkdir(parents=True, exist_ok=True)
    asked = (("background", background), ("signal", signal))
    chunks = [chunk for process, n in asked for chunk in _plan(dataset, process, n, seed)]
    missing = [chunk for chunk in chunks if stored(chunk, folder) is None]
    total = signal + background
    done = total - sum(chunk.events for chunk in missing)
    with progress(f"simulating {dataset}", total, done) as bar:
        for chunk, _ in spread(partial(store, folder=folder), missing, jobs):
            bar.advance(chunk.events)
    seen = joined([_read(chunk, folder) for chunk in chunks])
    y = np.repeat(np.array([0, 1], dtype=np.int8), [background, signal])
    return _slices(seen, y, np.random.default_rng([seed, total]).permutation(total))


def recipe(dataset: str, seed: int) -> dict[str, str | int]:
    """All that decides the simulated events beside their numbers, flat, for a file's attributes."""
    return {
        "edition": "twin",
        "dataset": dataset,
        "seed": seed,
        "generator": f"Pythia 8, pythia8mc {version('pythia8mc')}",
        "background_settings": "; ".join(settings(dataset, "background")),
        "signal_settings": "; ".join(settings(dataset, "signal")),
        "detector": "own fast detector in the manner of the CMS card of Delphes 3.4.1",
        "trigger": "one anti-kt jet of R = 1.0 with pt > 1200 GeV and |eta| < 2.5",
        "fastjet": version("fastjet"),
        "numpy": version("numpy"),
        "chunk": CHUNK,
        "batch": BATCH,
        "code": _code(),
    }


def _checked(dataset: str, signal: int, background: int, seed: int) -> None:
    if dataset not in MASSES:
        raise RequestError(f"no simulation of {dataset!r}; {did_you_mean(dataset, MASSES)}")
    if min(signal, background) < 0 or signal + background == 0:
        raise RequestError(
            f"wanted at least one event to simulate, got {signal} signal, {background} background"
        )
    if seed < 0:
        raise RequestError(f"wanted a seed of 0 or more, got {seed}")


def _plan(dataset: str, process: str, events: int, seed: int) -> list[Chunk]:
    """The chunks of one process, the last one with what is left."""
    return [
        Chunk(dataset, process, seed, number, min(CHUNK, events - number * CHUNK))
        for number in range(-(-events // CHUNK))
    ]


def _read(chunk: Chunk, folder: Path) -> Seen:
    """The events of a chunk that was stored a moment ago."""
    seen = stored(chunk, folder)
    if seen is None:
        store(chunk, folder)
        seen = stored(chunk, folder)
    if seen is None:
        raise OSError(f"{chunk.file(folder)} does not keep what is written to it")
    return seen


def padded(seen: Seen, order: NDArray[np.integer] | None = None) -> NDArray[np.float32]:
    """The particles in the official layout: (n, 700, 3); of these events, in this order."""
    columns = np.stack([seen.pt, seen.eta, seen.phi], axis=1)
    rows = np.arange(len(seen)) if order is None else order
    particles = np.zeros((len(rows), MAX_PARTICLES, 3), dtype=np.float32)
    for place, row in enumerate(rows):
        inside = columns[seen.offsets[row] : seen.offsets[row + 1]]
        particles[place, : len(inside)] = inside
    return particles


def _slices(seen: Seen, y: NDArray[np.int8], order: NDArray[np.int64]) -> Iterator[Events]:
    """The events in this order, slice by slice."""
    for i in range(0, len(order), SLICE):
        rows = order[i : i + SLICE]
        yield Events(padded(seen, rows), y[rows])


def _key(made_of: dict[str, str | int]) -> str:
    """A folder's name for one recipe."""
    text = json.dumps(made_of, sort_keys=True).encode()
    return f"{made_of['dataset']}-{blake2b(text, digest_size=8).hexdigest()}"


def _code() -> str:
    """A digest of the modules that decide what an event is."""
    here = Path(__file__).parent
    modules = ("physics", "propagate", "detector", "towers", "trigger", "chunks")
    digest = blake2b(digest_size=8)
    for file in (*(here / f"{name}.py" for name in modules), here.parent / "clustering.py"):
        digest.update(file.read_bytes())
    return digest.hexdigest()
