"""A scheduler with workers over loopback, whose processes are killed while a study is under way."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from spreading import Spread

DASK = (sys.executable, "-P", "-m", "dask")
MOST = 50
"""Commands after which a study is given up."""


@dataclass
class Cluster:
    """A scheduler, and workers that do one run at a time each; those that end are begun again."""

    place: Spread
    size: int
    _scheduler: subprocess.Popen[bytes] | None = None
    _workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """The scheduler's file."""
        return self.place.folder / "scheduler.json"

    def keep(self) -> None:
        """Begin what is not there."""
        if self._scheduler is None or self._scheduler.poll() is not None:
            self.file.unlink(missing_ok=True)
            address = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
            self._scheduler = self._dask("scheduler", *address, "--scheduler-file", str(self.file))
            while not self.file.exists():
                time.sleep(0.05)
        alive = [worker for worker in self._workers if worker.poll() is None]
        options = ("--nthreads", "1", "--no-dashboard", "--death-timeout", "20")
        alive += [
            self._dask("worker", "--scheduler-file", str(self.file), *options)
            for _ in range(self.size - len(alive))
        ]
        self._workers = alive

    def kill_scheduler(self) -> None:
        """Kill it; the workers see that it is gone and end."""
        assert self._scheduler is not None
        self._scheduler.kill()
        self._scheduler.wait()

    def kill_worker(self, chance: random.Random) -> bool:
        """Kill a worker if there is one; gives whether there was."""
        try:
            every = [p for w in self._workers for p in psutil.Process(w.pid).children()]
            workers = [p for p in every if "spawn_main" in " ".join(p.cmdline())]
            if workers:
                chance.choice(workers).kill()
            return bool(workers)
        except psutil.Error:  # it has ended meanwhile
            return False

    def end(self) -> None:
        """End all of it."""
        for process in filter(None, [*self._workers, self._scheduler]):
            process.terminate()
        for process in filter(None, [*self._workers, self._scheduler]):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _dask(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.place.folder / "dask.log").open("ab") as log:
            return subprocess.Popen(
                [*DASK, *words],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.place.folder,
                env=self.place.environment,
            )


@contextmanager
def cluster(place: Spread, size: int) -> Iterator[Cluster]:
    """A cluster of so many workers; nothing of it is left."""
    made = Cluster(place, size)
    try:
        made.keep()
        yield made
    finally:
        made.end()


@dataclass
class Killed:
    """What came of a study under kills."""

    workers: int = 0
    schedulers: int = 0
    codes: list[int] = field(default_factory=list)
    """Of the commands, the last one after all kills."""


def under_kills(place: Spread, size: int, kills: int, schedulers: int, every: float) -> Killed:
    """The study by one command after the other, until it is done and all kills are."""
    chance, came = random.Random(1), Killed()
    at = [kills * (n + 1) // (schedulers + 1) for n in range(schedulers)]
    with cluster(place, size) as made:
        client, due = place.begin("--on", str(made.file)), time.monotonic() + every
        while True:
            made.keep()
            if client.poll() is not None:
                client.communicate()
                came.codes.append(client.returncode)
                if client.returncode == 0 or len(came.codes) >= MOST:
                    return came
                client = place.begin("--on", str(made.file))
            if time.monotonic() > due:
                due = time.monotonic() + every
                if at and came.workers >= at[0]:
                    at.pop(0)
                    made.kill_scheduler()
                    came.schedulers += 1
                elif came.workers < kills:
                    came.workers += made.kill_worker(chance)
            time.sleep(0.1)
