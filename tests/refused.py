"""Commands whose Nth call to the system is refused, or kills them: `python refused.py WORK ...`.

It is started with the library made of `refusing.c` loaded before libc. What is installed is
imported once; each command works in a process of its own and in a copy of the same folder.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
import traceback
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
from toys import Workplace

from bench.api.errors import DamagedError
from bench.cli.main import main
from bench.plugins.registry import load_registry
from bench.storage.store import RECORD, Store
from bench.testing.excerpt import excerpt

COMMANDS = {
    "run": ["run", "--plugin", "cut", "--dataset", "toy", "--seed", "5"],
    "report": ["report", "-o", "out"],
    "import": ["import", "points.csv"],
    "new": ["new", "model", "mine", "-o", "out"],
    "export": ["export", "cut", "out"],
    "eee": ["export", "eee", "out"],
    "data import": ["data", "import", "events.csv", "--name", "mine", "--force"],
    "data make": [
        "data",
        "make",
        "rd",
        "--signal",
        "2",
        "--background",
        "3",
        "--jobs",
        "1",
        "--force",
    ],
}
FILES = ("out", "points.csv", "events.csv")
POINTS = "model,dataset,true_signal,signal,true_background,background\npaper,toy,6,11,70,79\n"
KILLED = "KILL"
ALL = 31
"""Every kind of call but locks, as `refusing.c` numbers them; flock is 32."""


@dataclass
class Refused:
    """One command, refused at each of its calls in turn."""

    work: Path
    template: Workplace
    shim: Any
    words: list[str]

    def ended(self, nth: int, number: int) -> tuple[int, str]:
        """The exit code of the command in `work/now`, and what it said."""
        said = self.work / "said"
        if child := os.fork():
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.read_text()
        code = 99
        try:
            os.chdir(now := self.work / "now")
            os.environ |= {"BENCH_HOME": str(now / "home"), "BENCH_RUNS": str(now / "runs")}
            stream = os.open(said, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
            os.dup2(stream, 1)
            os.dup2(stream, 2)
            words = [str(now / w) if w in FILES else w for w in self.words]
            with mock.patch.object(sys, "argv", ["bench", *words]):
                self.shim.refuse(str(now).encode(), ALL, nth, number, 0)
                main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        except BaseException:
            traceback.print_exc()
        calls = self.shim.refuse(b"", 0, 0, 0, 0)
        sys.stdout.flush()
        (self.work / "calls").write_text(str(calls))
        os._exit(code)

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
        assert code == 0, said
        return int((self.work / "calls").read_text())

    def wrong(self, nth: int, name: str) -> str:
        """What is wrong with how the command ended; empty if nothing."""
        now = self.fresh()
        code, said = self.ended(nth, 0 if name == KILLED else getattr(errno, name))
        lines = [line for line in said.splitlines() if line.startswith("bench: ")]
        if "Traceback" in said or (name != KILLED and code not in (0, 1, 2)):
            return f"exit code {code}: {said[-600:]}"
        if code in (1, 2) and len(lines) != 1:
            return f"{len(lines)} lines: {said[-600:]}"
        if name != KILLED and (left := self._left(now, code)):
            return f"left: {left}: {said[-300:]}"
        return self._unsound(now) or (self._again(now) if nth % 5 == 0 or name == KILLED else "")

    def _left(self, now: Path, code: int) -> list[str]:
        """What is half there: drafts, folders of runs without a record, output of what failed."""
        caches = now / "home"
        every = [path for path in now.rglob("*") if not path.is_relative_to(caches)]
        every += (caches / "data").rglob("*")
        left = [path for path in every if path.name.endswith(".tmp")]
        left += [path for path in (now / "runs").glob("2*") if not (path / RECORD).is_file()]
        twins = [path for path in (caches / "data").glob("*.twin.h5") if code]
        left += [path for path in twins if not path.with_name(f"{path.name}.sha256").is_file()]
        left += [now / "out"] * (code != 0 and (now / "out").exists() and self.words[1] != "cut")
        return [str(path.relative_to(now)) for path in left]

    def _unsound(self, now: Path) -> str:
        """What is wrong with the runs that are there."""
        for run in Store(now / "runs").runs():
            try:
                if run.record.status == "ok":
                    run.demand_sound()
                run.history()
            except DamagedError as error:
                return str(error)
        return ""

    def _again(self, now: Path) -> str:
        """What is wrong with the same command afterwards, where nothing is refused."""
        shutil.rmtree(now / "out", ignore_errors=True)  # of a kill
        code, said = self.ended(0, 0)
        return "" if code == 0 else f"afterwards {code}: {said[-600:]}"


def refused(work: Path, command: str) -> Refused:
    """A command where one run has been done, so that its smoke fit and its table are there."""
    import itables  # noqa: F401  # what a child would import, once
    import matplotlib.figure  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401
    import vl_convert  # noqa: F401

    place = Workplace.at(work / "template")
    folder = place.home.root.parent
    (folder / "points.csv").write_text(POINTS)
    shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
    if command.startswith("data "):
        return _of_events(work, place, shim, command)
    mock.patch("bench.plugins.registry.load_registry", return_value=place.registry).start()
    one = Refused(work, place, shim, ["run", "--plugin", "cut", "--dataset", "toy"])
    shutil.copytree(folder, work / "now", symlinks=True)
    code, said = one.ended(0, 0)
    assert code == 0, said
    shutil.rmtree(folder)
    (work / "now").rename(folder)
    return replace(one, words=COMMANDS[command])


def _of_events(work: Path, place: Workplace, shim: Any, command: str) -> Refused:
    """A command of the installed dataset packages, with nothing done before."""
    import h5py  # noqa: F401
    import hdf5plugin  # noqa: F401
    import pythia8mc  # noqa: F401

    events = excerpt().take(np.arange(40))
    rows = pd.DataFrame(events.x, columns=[column.name for column in events.columns])
    rows.assign(label=events.y).to_csv(place.home.root.parent / "events.csv", index=False)
    mock.patch("bench.plugins.registry.load_registry", return_value=load_registry()).start()
    return Refused(work, place, shim, COMMANDS[command])


def counted(work: Path, command: str, names: list[str], every: int) -> dict[str, Any]:
    """How a command ends, refused at each call in turn, every so many."""
    one = refused(work, command)
    calls, wrong, points = one.calls(), Counter[str](), Counter[str]()
    texts = []
    for name in names:
        for nth in range(1, calls + 1, every):
            points[name] += 1
            if text := one.wrong(nth, name):
                wrong[name] += 1
                texts.append(f"{command} {name} at call {nth}: {text}")
    return {"calls": calls, "points": points, "wrong": wrong.total(), "texts": texts[:5]}


if __name__ == "__main__":
    work_, command_, names_, every_ = sys.argv[1:]
    sys.stdout.write(f"{json.dumps(counted(Path(work_), command_, names_.split(), int(every_)))}\n")
