"""Child processes that open foreign files: what they give, and how they may end."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench import BenchError, InputError, ReadLimits, isolated
from bench.storage.machine import MachineError

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


def is_refused(path: Path) -> Iterator[int]:
    yield 1
    raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))


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


def test_what_the_machine_refuses_a_child_is_one_line() -> None:
    one_line = r"^none: Input/output error, wanted to read it; [^\n]*$"
    with pytest.raises(MachineError, match=one_line):
        list(isolated(is_refused, Path("none"), limits=LIMITS))


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)child process.*in is_wrong.*ZeroDivisionError"):
        list(isolated(is_wrong, Path("none"), limits=LIMITS))


HOLDING = """
import os, signal, threading, time
from multiprocessing import get_context
from bench import interrupts_held

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    resting = threading.Event()
    threading.Thread(target=resting.wait, daemon=True).start()
    try:
        with interrupts_held():
            child = get_context("spawn").Process(target=time.sleep, args=(60,))
            child.start()
            status = open(f"/proc/{child.pid}/status").read()
            blocked = int(status.partition("SigBlk:")[2].split()[0], 16)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)  # the other thread takes it
            print("held", bool(blocked >> signal.SIGINT - 1 & 1), flush=True)
    except KeyboardInterrupt:
        print("then interrupted")
    child.kill()
"""
"""Ctrl-C while a first child process starts, beside another thread that may take the signal."""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the child's mask in /proc")
def test_ctrl_c_waits_until_a_child_has_started_and_never_reaches_it(tmp_path: Path) -> None:
    script = tmp_path / "holding.py"
    script.write_text(HOLDING)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.returncode) == ("held True\nthen interrupted\n", 0), done.stderr
    assert done.stderr == ""
