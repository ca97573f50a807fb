"""Commands whose Nth call to the system is refused, or kills them: `python refused.py WORK ...`.

It is started with the library made of `refusing.c` loaded before libc, which counts the calls of a
process and of all that it starts. The command is done once here, so that what it imports and what
it computes of installed code is there; then each trial is a fork of this process, and works in a
copy of the same folder.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import json
import logging
import os
import shutil
import sys
import traceback
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

from refused_datasets import unsound_dataset, write_events
from toys import Workplace

from bench.api.errors import DamagedError
from bench.cli.main import main
from bench.plugins.registry import load_registry
from bench.storage.flocks import PROVEN
from bench.storage.store import RECORD, Store

MAKE = ("data", "make", "rd", "--jobs", "1")
COMMANDS = {
    "run": ["run", "--plugin", "cut", "--dataset", "toy", "--seed", "5"],
    "report": ["report", "-o", "out"],
    "import": ["import", "points.csv"],
    "new": ["new", "model", "mine", "-o", "out"],
    "export": ["export", "cut", "out"],
    "eee": ["export", "eee", "out"],
    "data import": ["data", "import", "events.csv", "--name", "mine", "--force"],
    "data make": [*MAKE, "--signal", "2", "--background", "3", "--force"],
}
BEFORE = {
    "data import": ["data", "import", "fewer.csv", "--name", "mine"],
    "data make": [*MAKE, "--signal", "1", "--background", "2"],
}
"""What is done before some of them."""
FILES = ("out", "points.csv", "events.csv", "fewer.csv")
POINTS = "model,dataset,true_signal,signal,true_background,background\npaper,toy,6,11,70,79\n"
KILLED = "KILL"
ALL, REMOVE = 31, 64
"""Kinds of calls as `refusing.c` numbers them: every one but locks (flock is 32) and removals."""


@dataclass
class Refused:
    """One command, refused at each of its calls in turn."""

    work: Path
    template: Workplace
    shim: Any
    words: list[str]
    kinds: int
    """Of the calls that are refused."""

    def ended(self, nth: int, number: int) -> tuple[int, str]:
        """The exit code of the command in `work/now`, and what it said."""
        said = self.work / "said"
        if child := os.fork():
            status = os.waitpid(child, 0)[1]
            return os.waitstatus_to_exitcode(status), said.read_text()
        code = 99
        try:
            stream = os.open(said, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
            os.dup2(stream, 1)
            os.dup2(stream, 2)
            now = self.work / "now"
            os.chdir(now)
            self.shim.refuse(str(now).encode(), self.kinds, nth, number, 0)
            code = self.done()
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def done(self) -> int:
        """Do the command in this process; gives its exit code."""
        now = self.work / "now"
        os.environ |= {"BENCH_HOME": str(now / "home"), "BENCH_RUNS": str(now / "runs")}
        words = [str(now / w) if w in FILES else w for w in self.words]
        try:
            with mock.patch.object(sys, "argv", ["bench", *words]):
                main()
        except SystemExit as stop:
            return int(stop.code or 0)
        raise AssertionError("a command line that does not exit")

    def warm(self) -> None:
        """Do the command once in this process, of which each trial is a fork then."""
        self.fresh()
        before = Path.cwd(), os.dup(1)
        os.chdir(self.work / "now")
        os.dup2(2, 1)
        code = self.done()
        sys.stdout.flush()
        os.dup2(before[1], 1)
        os.chdir(before[0])
        assert code == 0
        logging.getLogger().handlers.clear()  # which write to this command's streams
        gc.collect()
        gc.freeze()  # so that no fork looks through all that is there
        # its children are no children of a fork, which would look after them
        mock.patch("multiprocessing.forkserver.ForkServer.ensure_running").start()

    def fresh(self) -> Path:
        """The folder to work in, as it is before the command."""
        now = self.work / "now"
        shutil.rmtree(now, ignore_errors=True)
        shutil.copytree(self.template.home.root.parent, now, symlinks=True)
        return now

    def calls(self) -> int:
        """How many calls the command makes."""
        self.fresh()
        code, said = self.ended(0, 0)
        calls = int(self.shim.refuse(b"", 0, 0, 0, 0))
        assert code == 0, said
        return calls

    def wrong(self, nth: int, name: str) -> str:
        """What is wrong with how the command ended; empty if nothing."""
        now = self.fresh()
        code, said = self.ended(nth, 0 if name == KILLED else getattr(errno, name))
        lines = [line for line in said.splitlines() if line.startswith("bench: ")]
        if "Traceback" in said or (name != KILLED and code not in (0, 1, 2)):
            return f"exit code {code}: {said[-600:]}"
        if code in (1, 2) and len(lines) != 1:
            return f"{len(lines)} lines: {said[-600:]}"
        if code in (1, 2) and ": output: " in lines[0]:
            return f"names no file: {said[-600:]}"
        removals = self.kinds == REMOVE  # a draft that cannot be removed stays
        if name != KILLED and not removals and (left := self._left(now, code)):
            return f"left: {left}: {said[-300:]}"
        return self._unsound(now) or (self._again(now) if nth % 5 == 0 or name == KILLED else "")

    def _left(self, now: Path, code: int) -> list[str]:
        """What is half there: drafts, folders of runs without a record, output of what failed."""
        caches = now / "home"
        every = [path for path in now.rglob("*") if not path.is_relative_to(caches)]
        every += (caches / "data").rglob("*")
        left = [path for path in every if path.name.endswith(".tmp")]
        left += [path for path in (now / "runs").glob("2*") if not (path / RECORD).is_file()]
        left += [now / "out"] * (code != 0 and (now / "out").exists() and self.words[1] != "cut")
        return [str(path.relative_to(now)) for path in left]

    def _unsound(self, now: Path) -> str:
        """What is wrong with the runs and datasets that are there."""
        for run in Store(now / "runs").runs():
            try:
                if run.record.status == "ok":
                    run.demand_sound()
                run.history()
            except DamagedError as error:
                return str(error)
        return unsound_dataset(self.words, now / "home" / "data")

    def _again(self, now: Path) -> str:
        """What is wrong with the same command afterwards, where nothing is refused."""
        shutil.rmtree(now / "out", ignore_errors=True)  # of a kill
        code, said = self.ended(0, 0)
        return "" if code == 0 else f"afterwards {code}: {said[-600:]}"


def refused(work: Path, command: str, kinds: int) -> Refused:
    """A command where its forerunner has been done, so that it has something to go on from.

    For most that is a run, whose smoke fit and table are there; for what makes a dataset it is the
    dataset, which it replaces.
    """
    PROVEN.add(work.stat().st_dev)  # so that no trial asks another process whether locks hold
    place = Workplace.at(work / "template")
    folder = place.home.root.parent
    (folder / "points.csv").write_text(POINTS)
    registry = place.registry
    if command.startswith("data "):
        registry = load_registry()
        write_events(folder)
    mock.patch("bench.plugins.registry.load_registry", return_value=registry).start()
    shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
    before = BEFORE.get(command, ["run", "--plugin", "cut", "--dataset", "toy"])
    one = Refused(work, place, shim, before, kinds)
    shutil.copytree(folder, work / "now", symlinks=True)
    code, said = one.ended(0, 0)
    assert code == 0, said
    shutil.rmtree(folder)
    (work / "now").rename(folder)
    return replace(one, words=COMMANDS[command])


def counted(work: Path, command: str, names: list[str], every: int, kinds: int) -> dict[str, Any]:
    """How a command ends, refused at each call in turn, every so many."""
    one = refused(work, command, kinds)
    calls = one.calls()
    one.warm()
    assert one.calls() == calls, "other calls where it has been done before in the process"
    wrong, points, texts = Counter[str](), Counter[str](), []
    for name in names:
        for nth in range(1, calls + 1, every):
            points[name] += 1
            if text := one.wrong(nth, name):
                wrong[name] += 1
                texts.append(f"{command} {name} at call {nth}: {text}")
                sys.stderr.write(f"{texts[-1]}\n")
        sys.stderr.write(f"{command} {name}: {wrong[name]} of {points[name]} wrong\n")
    return {"calls": calls, "points": points, "wrong": wrong.total(), "texts": texts[:5]}


if __name__ == "__main__":
    work_, command_, names_, every_, kinds_ = sys.argv[1:]
    counts = counted(Path(work_), command_, names_.split(), int(every_), int(kinds_))
    sys.stdout.write(f"{json.dumps(counts)}\n")
