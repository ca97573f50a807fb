"""Child processes that open foreign files: what they give, and how they may end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench import BenchError, InputError, ReadLimits, isolated

LIMITS = ReadLimits("a file of tests", memory=2**29, seconds=1, wait=4, modules=("numpy",))


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


def leaves(path: Path) -> Iterator[int]:
    yield 1
    os._exit(0)


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
    given = list(isolated(gives, Path("none"), 3, limits=LIMITS))
    assert [i for _, i in given] == [0, 1, 2]
    assert {pid for pid, _ in given} != {os.getpid()}


def test_a_child_that_is_not_wanted_any_more_is_ended() -> None:
    reading = isolated(gives, Path("none"), 10**6, limits=LIMITS)
    next(reading)
    reading.close()
    assert not multiprocessing.active_children()


def test_a_child_that_ends_badly_is_an_error_in_one_line(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for work, message in (
        (gives_and_refuses, "none: no more"),
        (leaves, "none: damaged, it makes the library that reads it crash"),
        (crashes, "none: damaged, it makes the library that reads it crash"),
        (hangs, "none: not read within 4 s, wanted a file of tests"),
        (devours, "none: takes more than 536870912 bytes to read"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            list(isolated(work, Path("none"), limits=LIMITS))
        assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")
    assert not multiprocessing.active_children()


def test_a_child_that_computes_for_too_long_is_ended() -> None:
    with pytest.raises(InputError, match="takes more than 1 s of processor time"):
        list(isolated(computes, Path("none"), limits=LIMITS))


def test_a_child_that_was_killed_does_not_make_the_file_a_damaged_one() -> None:
    with pytest.raises(BenchError, match="was killed, perhaps for want of memory") as caught:
        list(isolated(is_killed, Path("none"), limits=LIMITS))
    assert not isinstance(caught.value, InputError)


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)child process.*in is_wrong.*ZeroDivisionError"):
        list(isolated(is_wrong, Path("none"), limits=LIMITS))
