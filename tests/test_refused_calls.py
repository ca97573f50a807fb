"""A call that the machine refuses is one line with the path, and leaves nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COMMANDS = ("run", "report", "import", "new", "export", "eee", "data import", "data make")
NAMES = ["ENOSPC", "EIO", "EROFS", "EACCES"]
OF_REMOVALS = ["EACCES", "EBUSY", "EIO", "EROFS"]
ALL, REMOVE = 31, 64
"""Kinds of calls, as in `refused.py`."""
EVERY = int(os.environ.get("BENCH_REFUSED_EVERY", "1"))


def ran(folder: Path, command: str, names: list[str], every: int, kinds: int = ALL) -> None:
    """Refuse each call of a command in a process that has the library loaded."""
    library = folder / "refusing.so"
    built = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(HERE / "refusing.c"), "-ldl"]
    subprocess.run(built, check=True)
    state = folder / "state"
    state.write_bytes(bytes(4 * 4096))  # more than the library's `struct state`
    path = os.pathsep.join([str(HERE), *filter(None, sys.path)])
    what = [str(folder), command, " ".join(names), str(every), str(kinds)]
    done = subprocess.run(
        [sys.executable, str(HERE / "refused.py"), *what],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": path,
            "LD_PRELOAD": str(library),
            "REFUSING_STATE": str(state),
        },
    )
    assert done.returncode == 0, done.stderr[-2000:]
    counts = json.loads(done.stdout.splitlines()[-1])
    print(command, {**counts, "texts": ""})  # noqa: T201
    assert counts["wrong"] == 0, "\n\n".join(counts["texts"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None, reason="no compiler for what refuses calls")
@pytest.mark.parametrize("command", [*COMMANDS])
def test_every_refused_call_is_one_line(tmp_path: Path, command: str) -> None:
    ran(tmp_path, command, NAMES, EVERY)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None, reason="no compiler for what refuses calls")
@pytest.mark.parametrize("command", ["run", "import", "data import", "data make"])
def test_a_kill_at_every_call_leaves_what_can_be_gone_on_from(tmp_path: Path, command: str) -> None:
    ran(tmp_path, command, ["KILL"], EVERY)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None, reason="no compiler for what refuses calls")
@pytest.mark.parametrize("command", [*COMMANDS])
def test_a_removal_that_is_refused_is_one_line_or_none_and_loses_nothing(
    tmp_path: Path, command: str
) -> None:
    ran(tmp_path, command, OF_REMOVALS, EVERY, REMOVE)
