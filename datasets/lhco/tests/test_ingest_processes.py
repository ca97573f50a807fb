"""Ingest in worker processes: their memory, and kills at random moments."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from bench_lhco import chunks as chunks_module
from bench_lhco import ingest as module
from bench_lhco.chunks import Job, make_chunk
from bench_lhco.ingest import planned
from bench_lhco.workers import spread
from ingests import CHUNK, EVENTS, recipe, rows
from processes import slay, workers_of
from sprays import spray_file

import bench

LINUX = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", CHUNK)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("files") / "toy.h5"
    spray_file(file, EVENTS)
    return file


def peak(job: Job) -> int:
    """The most memory that this process has had by the end of a chunk, kB."""
    make_chunk(job)
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


@LINUX
def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 1000)
    path = tmp_path / "toy.h5"
    spray_file(path, 6000)
    jobs = planned(recipe(path), 6000, None, tmp_path)
    peaks = [used for _, used in spread(peak, jobs, 1, limited=True)]
    assert peaks[-1] < peaks[0] + 20_000
    assert peaks[-1] < 1_000_000


@LINUX
def test_a_worker_killed_twice_is_named_with_its_events(
    path: Path, tmp_path: Path, context: bench.Context
) -> None:
    over = Event()

    def kill() -> None:
        while not over.wait(0.01):
            for pid in workers_of(os.getpid()):
                slay(pid)

    killer = Thread(target=kill)
    killer.start()
    try:
        message = (
            r"toy\.h5: a worker was ended twice over events 0 to 99: damaged there, or too little"
        )
        with pytest.raises(bench.InputError, match=message):
            rows(path, tmp_path / "chunks", context)
    finally:
        over.set()
        killer.join()
    assert len(rows(path, tmp_path / "chunks", context).ids) == EVENTS


def test_a_worker_that_takes_too_long_over_a_slice_is_ended(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = []

    @contextmanager
    def bounds() -> Iterator[None]:
        passed.append("in")
        yield
        passed.append("out")

    monkeypatch.setattr(chunks_module, "bounds", bounds)
    make_chunk(planned(recipe(path), EVENTS, None, tmp_path)[0])
    assert passed == ["in", "out"] * 2  # the slice, and the end of the file


SCRIPT = """
import sys
from pathlib import Path
import numpy as np
import bench
from bench_lhco import ingest
from bench_lhco.recipe import Recipe
from bench_lhco.tabulate import tabulate

if __name__ == "__main__":
    ingest.CHUNK = 40
    path, folder = map(Path, sys.argv[1:])
    context = bench.Context(folder / "data", folder / "scratch", folder, jobs=2)
    made = Recipe(path, bench.file_digest(path), 1.0, 20.0, "standard", constituents=True)
    table = tabulate(made, None, ("signal",), "any", context)
    np.savez(folder / "table.npz", x=table.x, y=table.y, ids=table.ids, weights=table.weights)
"""

ENDS = (
    "ended twice over events",
    "the process that reads it was killed",  # one like a worker looks at the file first
)
"""What it says when it gave up because of a kill, to be started again."""


class Ingest:
    """An ingest in a process of its own, which is killed and started again."""

    def __init__(self, script: Path, path: Path, folder: Path) -> None:
        self.line = [sys.executable, str(script), str(path), str(folder)]
        self.folder = folder
        folder.mkdir()
        self.start()

    def start(self) -> None:
        self.run = subprocess.Popen(self.line, stderr=subprocess.PIPE, text=True)

    def receipts(self) -> int:
        return len(list(self.folder.glob("scratch/ingest/*/*.json")))

    def over(self) -> bool:
        """Whether it came to its end; one that was killed, or gave up, is started again."""
        if self.run.poll() is None:
            return False
        errors = self.run.communicate()[1]
        if self.run.returncode == 0:
            return True
        assert self.run.returncode == -9 or any(end in errors for end in ENDS), errors
        self.start()
        return False

    def kill(self, dice: random.Random) -> bool:
        """Kill one of its processes, when it has got some chunks further."""
        goal = self.receipts() + dice.randrange(4)
        while self.receipts() < goal or not workers_of(self.run.pid):
            if self.over():
                return False
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.05))
        processes = [self.run.pid, *workers_of(self.run.pid)]
        slay(dice.choice(processes))
        return True

    def result(self) -> tuple[bytes, bytes]:
        while not self.over():
            time.sleep(0.01)
        (constituents,) = (self.folder / "data" / "constituents").glob("*.parquet")
        return (self.folder / "table.npz").read_bytes(), constituents.read_bytes()


def killed(times: int, folder: Path) -> None:
    """Kill an ingest so many times at random, and demand the bytes of one that was let alone."""
    path, script = folder / "toy.h5", folder / "script.py"
    spray_file(path, 3000)
    script.write_text(SCRIPT)
    expected = Ingest(script, path, folder / "alone").result()
    dice = random.Random(times)
    kills = started = 0
    while kills < times:
        started += 1
        ingest = Ingest(script, path, folder / f"killed-{started}")
        while kills < times and ingest.kill(dice):
            kills += 1
        assert ingest.result() == expected
        assert not list(ingest.folder.glob("scratch/ingest/*/*"))


@LINUX
def test_kills_at_random_lose_and_double_nothing(tmp_path: Path) -> None:
    killed(4, tmp_path)


@LINUX
@pytest.mark.slow
def test_twenty_kills_at_random_lose_and_double_nothing(tmp_path: Path) -> None:
    killed(20, tmp_path)
