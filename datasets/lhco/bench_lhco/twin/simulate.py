"""Simulates a dataset: cut in chunks, spread over processes, resumed, and shuffled at the end."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_lhco.events import Events, Particles, ends, padded
from bench_lhco.labels import NOMINAL
from bench_lhco.twin.chunks import BATCH, Chunk, store, stored
from bench_lhco.twin.physics import PROCESSES
from bench_lhco.twin.variations import VARIATIONS, demand_variation
from bench_lhco.workers import Elsewhere, alone, demand_same_code, shared_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bench import Progress

CHUNK = 1000
"""Kept events of a chunk."""
SLICE = 1000
"""Events given at once."""


def simulate(
    dataset: str,
    events: Mapping[str, int],
    *,
    seed: int,
    jobs: int,
    scratch: Path,
    progress: Progress,
    spread: Callable[[Callable[[str], object], Sequence[str]], Iterator[str]] | None = None,
    variation: str = NOMINAL,
) -> Iterator[Events]:
    """Simulate events of a dataset, all kinds mixed, and give them in slices.

    The same arguments give the same bytes, whatever the number of jobs. The call itself simulates;
    finished chunks stay in `scratch`, from where an interrupted one goes on.

    Args:
        dataset: one of `PROCESSES`.
        events: events to keep by the name of their kind, such as `background`.
        seed: 0 or more.
        jobs: worker processes; with more than one, a script needs its `__main__` guard.
        scratch: folder for the chunks, which may go when the events are written.
        progress: shows the kept events.
        spread: a context's, which has the chunks made in place of worker processes.
        variation: one of `VARIATIONS`.

    Raises:
        RequestError: no such dataset, kind or variation, no events to simulate.
        BenchError: a worker was killed, twice over the same events.
    """
    _checked(dataset, events, seed)
    demand_variation(dataset, variation)
    folder = scratch / _key(recipe(dataset, seed, variation))
    folder.mkdir(parents=True, exist_ok=True)
    kinds = [kind for kind in PROCESSES[dataset] if kind in events]
    chunks = [
        replace(chunk, variation=variation)
        for kind in kinds
        for chunk in _plan(dataset, kind, events[kind], seed)
    ]
    missing = [chunk for chunk in chunks if stored(chunk, folder) is None]
    total = sum(events.values())
    done = total - sum(chunk.events for chunk in missing)
    with progress(f"simulating {dataset}", total, done) as bar:
        task = partial(store, folder=folder)
        others = spread and Elsewhere(spread, _make_there, partial(_text, folder=folder))
        for chunk in shared_out(task, missing, jobs, tell=_described, elsewhere=others):
            bar.advance(chunk.events)
    particles = _gathered(chunks, folder)
    labels = np.array([PROCESSES[dataset][kind].label for kind in kinds], dtype=np.int8)
    given = np.repeat(labels, [events[kind] for kind in kinds])
    return _slices(particles, given, np.random.default_rng([seed, total]).permutation(total))


def _text(chunk: Chunk, folder: Path) -> str:
    return json.dumps({"folder": str(folder.absolute()), **asdict(chunk)})


def _make_there(text: str) -> None:
    """Store the chunk of a text, unless somebody has, by the code that its folder is named by."""
    given = json.loads(text)
    folder = Path(given.pop("folder"))
    chunk = Chunk(**given)
    demand_same_code(folder.name, _key(recipe(chunk.dataset, chunk.seed, chunk.variation)))
    with alone(chunk.file(folder)):
        if stored(chunk, folder) is None:
            store(chunk, folder)


def recipe(dataset: str, seed: int, variation: str = NOMINAL) -> dict[str, str | int]:
    """All that decides the simulated events beside their numbers, flat, for a file's attributes."""
    varied = VARIATIONS[variation]
    named = {"variation": variation, "varied": varied.meaning} if varied.number else {}
    return {
        "edition": "twin",
        **named,
        "dataset": dataset,
        "seed": seed,
        "generator": f"Pythia 8, pythia8mc {version('pythia8mc')}",
        **{
            f"{kind}_settings": "; ".join((*process.settings, *varied.settings))
            for kind, process in PROCESSES[dataset].items()
        },
        "detector": "own fast detector in the manner of the CMS card of Delphes 3.4.1",
        "trigger": "one anti-kt jet of R = 1.0 with pt > 1200 GeV and |eta| < 2.5",
        "fastjet": version("fastjet"),
        "numpy": version("numpy"),
        "chunk": CHUNK,
        "batch": BATCH,
        "code": _code(),
    }


def _checked(dataset: str, events: Mapping[str, int], seed: int) -> None:
    if dataset not in PROCESSES:
        raise bench.RequestError(
            f"no simulation of {dataset!r}; {bench.did_you_mean(dataset, PROCESSES)}"
        )
    for kind in events:
        if kind not in PROCESSES[dataset]:
            hint = bench.did_you_mean(kind, PROCESSES[dataset])
            raise bench.RequestError(f"no {kind} events in {dataset}; {hint}")
    if min(events.values(), default=0) < 0 or sum(events.values()) == 0:
        got = ", ".join(f"{number} {kind}" for kind, number in events.items())
        raise bench.RequestError(f"wanted at least one event to simulate, got {got}")
    if seed < 0:
        raise bench.RequestError(f"wanted a seed of 0 or more, got {seed}")


def _plan(dataset: str, kind: str, events: int, seed: int) -> list[Chunk]:
    """The chunks of one kind, the last one with what is left."""
    return [
        Chunk(dataset, kind, seed, number, min(CHUNK, events - number * CHUNK))
        for number in range(-(-events // CHUNK))
    ]


def _gathered(chunks: Sequence[Chunk], folder: Path) -> Particles:
    """The events of all chunks, in a file, as those of millions of events need no memory then.

    It has no name, so that nobody who takes over, or is taken over, writes to it as well.

    Raises:
        OSError: the machine refuses it, of the folder.
    """
    counts, total = [], 0
    try:
        with TemporaryFile(dir=folder) as out:
            for chunk in chunks:
                seen = _read(chunk, folder)
                out.write(seen.values.astype("<f4").tobytes())
                counts.append(seen.counts)
                total += len(seen.values)
            out.flush()
            shape = (total, 3)
            values = np.memmap(out, "<f4", "r", shape=shape) if total else np.zeros(shape, "<f4")
    except OSError as error:
        if error.errno and not error.filename:  # the file has no name of its own
            error.filename = str(folder)
        raise
    return Particles(values, ends(np.concatenate(counts)))


def _read(chunk: Chunk, folder: Path) -> Particles:
    """The events of a chunk that was stored a moment ago."""
    seen = stored(chunk, folder)
    if seen is None:
        store(chunk, folder)
        seen = stored(chunk, folder)
    if seen is None:
        raise OSError(f"{chunk.file(folder)} does not keep what is written to it")
    return seen


def _described(chunk: Chunk) -> str:
    return chunk.description


def _slices(
    particles: Particles, labels: NDArray[np.int8], order: NDArray[np.int64]
) -> Iterator[Events]:
    """The events in this order, slice by slice."""
    for i in range(0, len(order), SLICE):
        rows = order[i : i + SLICE]
        yield Events(padded(particles, rows), labels[rows])


def _key(made_of: dict[str, str | int]) -> str:
    """A folder's name for one recipe."""
    text = json.dumps(made_of, sort_keys=True).encode()
    return f"{made_of['dataset']}-{blake2b(text, digest_size=8).hexdigest()}"


def _code() -> str:
    """A digest of the modules that decide what an event is."""
    here = Path(__file__).parent
    modules = ("physics", "propagate", "detector", "towers", "trigger", "chunks", "variations")
    digest = blake2b(digest_size=8)
    shared = (here.parent / name for name in ("events.py", "clustering.py"))
    for file in (*(here / f"{name}.py" for name in modules), *shared):
        digest.update(file.read_bytes())
    return digest.hexdigest()
