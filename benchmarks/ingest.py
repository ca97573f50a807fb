"""Events a second from HDF5 to features against bare clustering, and what memory a worker needs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
from bench_lhco.chunks import SLICE, Job, Recipe, make_chunk
from bench_lhco.clustering import as_awkward, massless
from bench_lhco.events import Events
from bench_lhco.files import slices, write
from bench_lhco.ingest import CHUNK
from bench_lhco.twin.simulate import simulate
from bench_lhco.workers import spread
from tabulate import tabulate

from bench.storage.home import Home
from bench.workbench.progress import progress

KINDS = {"background": 1820, "signal": 180}
"""Events that are simulated, once; the files hold them again and again, turned in azimuth."""
SIZES = (10_000, 100_000)
"""Events of the files whose ingest is watched for its memory."""
ROUNDS = {"standard": 8, "substructure": 4, "subjettiness": 4}
"""Chunks that each set of features is timed with."""
RADIUS, MIN_PT = 1.0, 20.0


def turned(events: int) -> Iterator[Events]:
    """So many events that differ from each other, in slices."""
    fixed = {"seed": 1, "jobs": 1, "scratch": Home.here().scratch / "benchmarks"}
    parts = list(simulate("rd", KINDS, progress=progress, **fixed))
    held = sum(len(part) for part in parts)
    for turn in range(events // held):
        for part in parts:
            padded = part.padded.copy()
            phi = np.remainder(padded[:, :, 2] + 0.1 * turn + np.pi, 2 * np.pi) - np.pi
            padded[:, :, 2] = np.where(padded[:, :, 0] > 0, phi, 0)
            yield Events(padded, part.labels)


def jobs(path: Path, features: str, folder: Path) -> list[Job]:
    """The chunks of a file, as an ingest hands them to its workers."""
    made = folder / f"{path.stem}-{features}"
    made.mkdir(exist_ok=True)
    recipe = Recipe(path, path.stem, RADIUS, MIN_PT, features)
    return [Job(recipe, made, a, a + CHUNK, None) for a in range(0, int(path.stem), CHUNK)]


def bare(job: Job) -> tuple[float, float]:
    """CPU seconds to cluster a chunk's events that are in memory: for jets, for constituents."""
    import fastjet

    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, RADIUS)
    parts = slices(job.recipe.path, SLICE, job.start, job.stop)
    flat = [part.particles for part in parts]
    held = [as_awkward(massless(particles), particles.offsets) for particles in flat]
    jets = constituents = 0.0
    for events in held:
        begun = time.process_time()
        sequence = fastjet.ClusterSequence(events, definition)
        sequence.inclusive_jets(MIN_PT)
        half = time.process_time()
        sequence.constituent_index(MIN_PT)
        constituents += time.process_time() - half
        jets += half - begun
    return jets, constituents


def whole(job: Job) -> float:
    """CPU seconds from the file to the chunk's features on disk."""
    begun = time.process_time()
    make_chunk(job)
    return time.process_time() - begun


def speeds(path: Path, features: str, folder: Path) -> list[str]:
    """A row of the table: both measured in turn, so that a busy machine slows down both."""
    work = jobs(path, features, folder)
    make_chunk(work[-1])  # imports and first calls are not timed
    bare(work[-1])
    spent = [(whole(job), *bare(job)) for job in work[: ROUNDS[features]]]
    ours, jets, inside = (median(column) for column in zip(*spent, strict=True))
    figures = (CHUNK / ours, CHUNK / (jets + inside), CHUNK / jets)
    ratios = (median((b + c) / a for a, b, c in spent), median(b / a for a, b, _ in spent))
    return [features, *(f"{n:.0f}" for n in figures), *(f"{ratio:.2f}" for ratio in ratios)]


def peak(job: Job) -> float:
    """The most memory that this process has had by the end of a chunk, MB."""
    make_chunk(job)
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def main() -> None:
    """Print it all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / f"{size}.h5" for size in SIZES]
        for size, file in zip(SIZES, files, strict=True):
            write(file, turned(size), total=size)
        rows = [speeds(files[-1], features, folder) for features in ROUNDS]
        headings = [
            "features",
            "HDF5 to features",
            "clustering, jets and constituents",
            "jets only",
        ]
        print("Events a second of one core's time; bare clustering has its events in memory.\n")
        print(tabulate(rows, [*headings, "ratio", "to jets only"], tablefmt="pipe"))
        peaks = []
        for file in files:
            # one worker does them all, within the limit that it has in an ingest
            used = [mb for _, mb in spread(peak, jobs(file, "standard", folder), 1, limited=True)]
            peaks.append([file.stem, f"{max(used):.0f}"])
        print()
        print(tabulate(peaks, ["events of the file", "peak memory of a worker, MB"], "pipe"))


if __name__ == "__main__":
    main()
