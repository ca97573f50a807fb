"""How cost grows with the events of a dataset, from the file to the scores of a fit on it.

The file has simulated events again and again, turned in azimuth and with another scale of pt, so
that no two are alike. Each command is a process of its own; its CPU seconds are those of all
processes that it began.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import numpy as np
from bench_lhco.events import Events
from bench_lhco.files import write
from bench_lhco.twin.simulate import simulate
from tabulate import tabulate

from bench.running.spread import PROGRAM
from bench.storage.store import Store
from bench.workbench.progress import progress

SIZES = (1000, 10_000, 100_000, 1_000_000)
MOST = {"simulate": 10_000, "mlp": 100_000, "llm-text": 1000}
"""Events up to which it is simulated, or a model fitted; beyond, it takes hours of one core."""
KINDS = {"background": 1000, "signal": 1000}
SUBREAPER = 36
"""The number of Linux's request to inherit the orphans among one's descendants."""


@dataclass(frozen=True)
class Spent:
    """What a command took."""

    cpu: float
    """Seconds, of all its processes."""
    wall: float
    """Seconds."""
    peak: float
    """The most memory that one of its processes has had, MB."""


@dataclass(frozen=True)
class Step:
    """A row of the table."""

    name: str
    spent: Spent
    disk: float
    """What it left, MB."""
    stages: str = ""

    def cells(self) -> list[str]:
        """It in words."""
        spent = self.spent
        times = (f"{spent.cpu:.1f}", f"{spent.wall:.1f}", f"{spent.peak:.0f}")
        return [self.name, *times, f"{self.disk:.3g}", self.stages]


@dataclass(frozen=True)
class Workplace:
    """A home, a store of runs, and a file of so many events."""

    folder: Path
    events: int

    @property
    def file(self) -> Path:
        """In the official layout."""
        return self.folder / "events.h5"

    def bench(self, *words: str) -> Spent:
        """What a command takes in one thread."""
        threads = {"BENCH_JOBS": "1", "OMP_NUM_THREADS": "1"}
        env = {**os.environ, **threads, "BENCH_HOME": str(self.folder / "home")}
        begun = time.monotonic()
        with (self.folder / "log.txt").open("ab") as log:
            line = [sys.executable, *PROGRAM, *words]
            child = subprocess.Popen(line, stdout=log, stderr=log, env=env)
        _, status, used = os.wait4(child.pid, 0)
        wall, cpu, peak = time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss
        for orphan in _orphans():
            cpu, peak = cpu + orphan.ru_utime + orphan.ru_stime, max(peak, orphan.ru_maxrss)
        code = child.returncode = os.waitstatus_to_exitcode(status)
        assert code in (0, 3), f"{line} ended with {code}, see {self.folder / 'log.txt'}"
        return Spent(cpu, wall, peak * 1024 / 1e6)

    def run(self, model: str, *words: str) -> Spent:
        """What a run of a model on the file's events takes."""
        where = ("--dataset", "grown", "--runs", str(self.folder / "runs"))
        return self.bench("run", "--plugin", model, *where, *words)


def _orphans() -> Iterator[object]:
    """What descendants used whose own parent has ended."""
    while True:
        try:
            yield os.wait4(-1, 0)[2]
        except ChildProcessError:
            return


def grown(events: int, scratch: Path) -> Iterator[Events]:
    """So many events that differ in all their features, in slices."""
    parts = list(simulate("rd", KINDS, seed=1, jobs=1, scratch=scratch, progress=progress))
    rng, left = np.random.default_rng(1), events
    while left:
        for part in parts:
            n = min(left, len(part))
            padded = part.padded[:n].copy()
            turned = padded[:, :, 2] + rng.uniform(-np.pi, np.pi, (n, 1)) + np.pi
            phi = np.remainder(turned, 2 * np.pi) - np.pi
            padded[:, :, 2] = np.where(padded[:, :, 0] > 0, phi, 0)
            padded[:, :, 0] *= np.exp(rng.normal(0, 0.05, (n, 1)))
            left -= n
            yield Events(padded, part.labels[:n])
            if not left:
                return


def size(folder: Path) -> float:
    """The bytes of all files in a folder, MB."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def prepared(place: Workplace) -> list[Step]:
    """The file brought in, and its features made."""
    write(place.file, grown(place.events, place.folder.parent), total=place.events)
    home, few = place.folder / "home", ("--train-events", "200", "--events", "200")
    imported = place.bench("data", "import", str(place.file), "--name", "grown")
    held = size(home / "data")
    first = place.run("always-background", *few)
    again = place.run("always-background", *few, "--seed", "1")
    features = Spent(first.cpu - again.cpu, first.wall - again.wall, first.peak)
    return [
        *simulated(place),
        Step("import", imported, held),
        Step("features", features, size(home / "tables")),
        Step("a run on 200 of them", again, size(place.folder / "runs") / 2),
    ]


def simulated(place: Workplace) -> Iterator[Step]:
    """As many events, half of them signal, simulated anew."""
    if place.events <= MOST["simulate"]:
        half, before = f"{place.events // 2}", size(place.folder / "home" / "data")
        spent = place.bench("data", "make", "rd", "--background", half, "--signal", half)
        yield Step("simulate", spent, size(place.folder / "home" / "data") - before)


def fits(place: Workplace) -> Iterator[Step]:
    """Runs of models on as many events as there are."""
    every = ("--train-events", "all", "--valid-events", "all", "--events", "all")
    for model in ("always-background", "gbt", "mlp", "llm-text"):
        if place.events > MOST.get(model, place.events):
            continue
        before = size(place.folder / "runs")
        spent = place.run(model, *every, *(("--set", "epochs=1") if model == "llm-text" else ()))
        (run,) = [
            run
            for run in Store(place.folder / "runs").runs()
            if run.record.title.startswith(model) and run.record.request.get("events") == "all"
        ]
        stages = ", ".join(f"{name} {s:.1f}" for name, s in run.record.seconds.items() if s >= 0.1)
        yield Step(model, spent, size(place.folder / "runs") - before, stages)


def growth_by_events(folder: Path, sizes: tuple[int, ...] = SIZES) -> None:
    """Print what each step takes at each number of events."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1)
    headings = ["events", "step", "CPU s", "wall s", "peak MB", "MB on disk", "stages, wall s"]
    for events in sizes:
        place = Workplace(folder / f"{events}", events)
        place.folder.mkdir(parents=True)
        rows = [[events, *step.cells()] for steps in (prepared, fits) for step in steps(place)]
        print(tabulate(rows, headings, "pipe", disable_numparse=True), flush=True)
        rmtree(place.folder / "home")
        place.file.unlink()
