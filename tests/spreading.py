"""A package of a toy dataset and of models that wait, as processes of their own find it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PACKAGE = '''
"""A dataset of toys, and cuts that take their time."""
import os
import time
from dataclasses import dataclass

import bench
from toys import Cut, FittedCut, Toy


@dataclass(frozen=True)
class Waiting(Cut):
    """A cut whose fit takes its time, and leaves a line in a file."""

    name = "waiting"
    seconds: float = 0.0
    """That a fit takes."""
    gpus: int = 0
    """That it needs."""

    @property
    def needs(self):
        return bench.Needs(gpu=self.gpus, memory="8 MiB", cores=1)

    def note(self, context, what):
        with (context.data / "times").open("a") as file:
            file.write(f"{context.seed} {os.getpid()} {what} {time.time()}\\n")

    def fit(self, train, valid, context):
        if context.checkpoints.is_relative_to(context.data.parent / "fits"):
            with (context.data / "begun").open("a") as file:
                file.write(f"{context.seed} {os.getpid()}\\n")
            self.note(context, "begun")
            time.sleep(self.seconds)
            self.note(context, "ended")
            with (context.data / "ended").open("a") as file:
                file.write(f"{context.seed}\\n")
        feature = train.views["numbers"][:, 0]  # logs nothing, as writing that down takes seconds
        means = [float(feature[train.y == label].mean()) for label in (0, 1)]
        return FittedCut(sum(means) / 2, self.scale, rising=means[1] > means[0])


@bench.hookimpl
def bench_datasets():
    return [Toy]


@bench.hookimpl
def bench_models():
    return [Waiting]
'''
STUDY = """
title = "Waiting"
[defaults]
dataset = "toy"
train_events = 200
valid_events = 100
events = 200
[[runs]]
plugin = "waiting"
seeds = {seeds}
set = {{ seconds = {seconds}, gpus = {gpus} }}
"""


@dataclass(frozen=True)
class Spread:
    """A folder with a study, its home and its runs."""

    folder: Path

    @classmethod
    def at(cls, folder: Path, runs: int = 3, seconds: float = 0.0, gpus: int = 0) -> Spread:
        """A study of so many runs, each of which waits so long in its fit."""
        about = folder / "package" / "bench_waiting-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: bench-waiting\nVersion: 1.0")
        (about / "entry_points.txt").write_text("[bench]\nwaiting = bench_waiting\n")
        (about / "RECORD").write_text("bench_waiting.py,,\n")
        (folder / "package" / "bench_waiting.py").write_text(PACKAGE)
        (folder / "home" / "data").mkdir(parents=True)
        (folder / "home" / "data" / "toy.txt").write_text("1200 1")
        seeds = list(range(runs))
        study = STUDY.format(seeds=seeds, seconds=seconds, gpus=gpus)
        (folder / "study.toml").write_text(study)
        return cls(folder)

    @property
    def environment(self) -> Mapping[str, str]:
        """Of a process that finds the package."""
        path = [str(self.folder / "package"), str(HERE), *filter(None, sys.path)]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path),
            "BENCH_HOME": str(self.folder / "home"),
            "BENCH_PLUGINS": "waiting,core,core-guards",
        }

    def begin(self, *words: str, runs: str = "runs") -> subprocess.Popen[str]:
        """The command `bench study` under way; its report goes beside its runs."""
        place = ["--runs", runs, "-o", f"report-{runs}"]
        command = [sys.executable, "-P", "-m", "bench", "study", "study.toml", *words, *place]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, stdout=pipe, stderr=pipe, text=True, cwd=self.folder, env=self.environment
        )

    def study(self, *words: str, runs: str = "runs") -> subprocess.CompletedProcess[str]:
        """What came of it."""
        begun = self.begin(*words, runs=runs)
        out, err = begun.communicate()
        return subprocess.CompletedProcess(begun.args, begun.returncode, out, err)

    def lines(self, name: str) -> list[str]:
        """What fits left in a file: `begun`, `ended`."""
        file = self.folder / "home" / "data" / name
        return file.read_text().splitlines() if file.exists() else []

    def fits(self, seed: int) -> list[tuple[str, str, float]]:
        """What happened to the fits of a seed, in this order: the process, what it did, when."""
        every = [line.split() for line in self.lines("times")]
        own = [(pid, what, float(when)) for of, pid, what, when in every if of == str(seed)]
        return sorted(own, key=lambda one: one[2])

    def records(self, runs: str = "runs") -> Iterator[str]:
        """The statuses of the sealed runs."""
        from bench.storage.store import Store

        return (run.record.status for run in Store(self.folder / runs).runs())


def masked(page: str) -> str:
    """A report without dates, names of runs, and times."""
    page = re.sub(r"\d{8}T\d{6}Z-([0-9a-f]{12})(-\d+)?", r"RUN-\1", page)
    page = re.sub(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?Z?)?", "DATE", page)
    return re.sub(r"\d+(\.\d+)? (ms|s|min|h)\b", "TIME", page)
