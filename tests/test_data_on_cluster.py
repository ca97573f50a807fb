"""A simulation on the workers of a real scheduler, whose command is killed on the way."""

from __future__ import annotations

import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from killing import cluster
from spreading import Spread

pytestmark = pytest.mark.slow

SIZE = ("--background", "2500", "--signal", "1500")
"""Of five chunks."""


def begin(place: Spread, home: Path, *words: str) -> subprocess.Popen[bytes]:
    env = {**place.environment, "BENCH_HOME": str(home), "BENCH_JOBS": "1"}
    line = [sys.executable, "-P", "-m", "bench", "data", "make", "rd", *SIZE, *words]
    env.pop("BENCH_PLUGINS")
    return subprocess.Popen(line, env=env, cwd=place.folder)


def chunks(home: Path) -> set[tuple[str, int]]:
    """The files of chunks by name and inode."""
    files = home.glob("scratch/twins/rd/*/[!.]*.npz")
    seen = set()
    for file in files:
        try:
            seen.add((file.name, file.stat().st_ino))
        except FileNotFoundError:
            continue
    return seen


def until_over(command: subprocess.Popen[bytes], home: Path) -> set[tuple[str, int]]:
    seen = chunks(home)
    while command.poll() is None:
        seen |= chunks(home)
        time.sleep(0.05)
    return seen


def twin(home: Path) -> str:
    return sha256((home / "data" / "rd.twin.h5").read_bytes()).hexdigest()


def test_a_twin_of_two_workers_is_one_machines_though_the_command_and_a_worker_were_killed(
    tmp_path: Path,
) -> None:
    place, home, alone = Spread.at(tmp_path / "place"), tmp_path / "home", tmp_path / "alone"
    with cluster(place, 2) as made:
        command = begin(place, home, "--on", str(made.file))
        while not chunks(home):
            assert command.poll() is None
            time.sleep(0.05)
        command.kill()
        command.wait()
        seen = chunks(home)
        assert not list((home / "data").glob("*.h5"))
        made.kill_worker(Random(1))
        made.keep()
        command = begin(place, home, "--on", str(made.file))
        seen |= until_over(command, home)
        assert command.returncode == 0
    names = sorted(name for name, _ in seen)
    assert len(names) == len(set(names)) == 5, names
    assert begin(place, alone).wait() == 0
    assert twin(home) == twin(alone)
    assert not list(home.glob("scratch/**/*.npz"))
