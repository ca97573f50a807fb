"""Child processes that open foreign files: what they give, and how they may end."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bad_inputs import official
from bench_lhco.files import inspected
from bench_lhco.files.inspect import isolated
from bench_lhco.limits import bounds

from bench import BenchError, InputError


def gives(path: Path, number: int) -> Iterator[tuple[int, int]]:
    for i in range(number):
        yield os.getpid(), i


def gives_and_refuses(path: Path) -> Iterator[int]:
    yield 1
    raise InputError(f"{path}: no more")


def crashes(path: Path) -> Iterator[int]:
    yield 1
    os.write(2, b"malloc(): corrupted top size\n")
    os.kill(os.getpid(), signal.SIGABRT)


def is_killed(path: Path) -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)


def computes(path: Path) -> Iterator[int]:
    yield 1
    while True:
        pass


def hangs(path: Path) -> Iterator[int]:
    time.sleep(60)
    yield 1


def devours(path: Path) -> Iterator[int]:
    yield len(np.ones(2**30))


def is_wrong(path: Path) -> Iterator[int]:
    yield 1 // 0


def test_what_a_child_gives_comes_one_by_one() -> None:
    given = list(isolated(gives, Path("none"), 3))
    assert [i for _, i in given] == [0, 1, 2]
    assert {pid for pid, _ in given} != {os.getpid()}


def test_a_child_that_is_not_wanted_any_more_is_ended() -> None:
    reading = isolated(gives, Path("none"), 10**6)
    next(reading)
    reading.close()
    assert not multiprocessing.active_children()


def test_a_child_that_ends_badly_is_an_error_in_one_line(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench_lhco.files.inspect.WAIT", 2.0)
    for work, message in (
        (gives_and_refuses, "none: no more"),
        (crashes, "none: damaged, it makes the library that reads it crash"),
        (hangs, "none: not read within 2 s"),
        (devours, "none: takes more than 536870912 bytes to read"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            list(isolated(work, Path("none")))
        assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")
    assert not multiprocessing.active_children()


def test_a_child_that_computes_for_too_long_is_ended() -> None:
    with pytest.raises(InputError, match="takes more than 5 s of processor time"):
        list(isolated(computes, Path("none")))


def test_a_child_that_was_killed_does_not_make_the_file_a_damaged_one() -> None:
    with pytest.raises(BenchError, match="was killed, perhaps for want of memory") as caught:
        list(isolated(is_killed, Path("none")))
    assert not isinstance(caught.value, InputError)


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)child process.*in is_wrong.*ZeroDivisionError"):
        list(isolated(is_wrong, Path("none")))


def test_a_file_is_opened_again_only_when_it_was_touched(tmp_path: Path) -> None:
    path = official(tmp_path / "e.h5")
    first = inspected(path)
    assert first.provenance == {"edition": "twin"}
    assert inspected(path) is first
    official(path, 4)
    assert inspected(path).layout.events == 4


def test_bounds_let_go_of_what_they_held() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with bounds(), pytest.raises(MemoryError):
        np.ones(2**30)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_bounds_end_a_process_that_takes_too_long() -> None:
    code = "from bench_lhco.limits import bounds\nwith bounds(0.2):\n    while True: pass"
    ran = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert ran.returncode == -signal.SIGPROF
