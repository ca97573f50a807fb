"""The command in a child process: what ends that without a word is told, and the rest goes on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

BEGIN = """
import ctypes, os, signal, subprocess, sys, threading, time
import bench.cli.main as command
from bench.cli import streams, watched
from bench.plugins import under_way
from bench.plugins.under_way import ENDED, RECORDED, at_work, in_folder, not_well
"""
SAFE = "\ndef safe():\n    with streams.safe_streams():\n        fake()\n"
END = SAFE + "\ncommand.main = safe\nsys.argv = ['bench', 'run']\nwatched.main()\n"
LOAD = 25.0
"""Seconds that a busy machine may take for what takes a fraction of one."""


def commanded(body: str) -> subprocess.CompletedProcess[str]:
    """What comes of a command that does this, watched as `bench` is."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return subprocess.run(
        [sys.executable, "-c", f"{BEGIN}\ndef fake():\n{lines}{END}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        ("os._exit(0)", "without a word and with exit code 0"),
        ("os._exit(3)", "without a word and with exit code 3"),
        ("ctypes.CDLL(None).exit(0)", "without a word and with exit code 0"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "killed by SIGSEGV"),
        ("os.abort()", "killed by SIGABRT"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL, as a machine does that is"),
        ("os.kill(os.getpid(), signal.SIGTERM)", "killed by SIGTERM"),
    ],
)
def test_what_ends_the_process_is_known_to_the_next_one(deed: str, why: str) -> None:
    body = f"""
print('known', {{k: (v.why, v.folder) for k, v in ENDED.items()}}, RECORDED, flush=True)
if not ENDED:
    not_well('the run 1', __import__('pathlib').Path('a/folder-1'))
    with at_work('the run 2'):
        in_folder(__import__('pathlib').Path('a/folder-2'))
        {deed}
sys.exit(1)"""
    ran = commanded(body)
    assert ran.returncode == 1
    first, second = ran.stdout.splitlines()
    assert first == "known {} {}"
    assert re.search(f"'the run 2': .*{why}.*'folder-2'", second)
    assert second.endswith("{'the run 1': 'folder-1'}")


@pytest.mark.parametrize("deed", ["os._exit(0)", "os.kill(os.getpid(), signal.SIGSEGV)"])
def test_an_end_that_is_nobodys_or_comes_again_is_no_success(deed: str) -> None:
    ran = commanded(deed)
    assert ran.returncode == 1
    assert "bench: the command did not come to its end: a plugin's code" in ran.stderr
    again = commanded(f"with under_way.at_work(str(len(ENDED) % 2)):\n    {deed}")
    assert again.returncode == 1


@pytest.mark.parametrize("code", [0, 1, 2, 3, 130])
def test_the_code_of_a_command_is_its_own(code: int) -> None:
    assert commanded(f"sys.exit({code})").returncode == code


def test_what_is_left_behind_keeps_nothing_alive_and_prints_no_result() -> None:
    body = """
def go_on():
    while True:
        print('of a thread', flush=True)
        time.sleep(0.05)
threading.Thread(target=go_on, name='left').start()
import multiprocessing
multiprocessing.get_context('fork').Process(target=time.sleep, args=(600,)).start()
import atexit
atexit.register(lambda: print('at the end', flush=True))
os.write(1, b'raw\\n')
subprocess.run(['echo', 'of a child'])
sys.__stdout__.write('the old stream\\n'); sys.__stdout__.flush()
time.sleep(0.2)
print('the table')
sys.exit(0)"""
    began = time.monotonic()
    ran = commanded(body)
    assert time.monotonic() - began < LOAD
    assert (ran.returncode, ran.stdout) == (0, "the table\n")
    for line in ("of a thread", "raw", "of a child", "the old stream", "at the end"):
        assert line in ran.stderr  # lines of two threads may meet
    assert "bench: left behind by a plugin and ended: left" in ran.stderr


def test_threads_that_print_all_the_time_write_nothing_among_the_results() -> None:
    body = """
def go_on():
    while True:
        print('of a thread', flush=True)
for _ in range(3):
    threading.Thread(target=go_on, name='left').start()
time.sleep(0.1)
print('the table')
sys.exit(0)"""
    for _ in range(3):
        ran = commanded(body)
        assert (ran.returncode, ran.stdout) == (0, "the table\n")


@pytest.mark.parametrize(
    ("redirected", "code"), [("| true", 1), (">&-", 0), ("2>&-", 0), ("<&-", 0)]
)
def test_results_that_nobody_reads_are_no_ones_fault(redirected: str, code: int) -> None:
    line = f"set -o pipefail; {sys.executable} -m bench list plugins {redirected}"
    ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stderr
    assert ran.stderr == ""


WAITING = """
try:
    print('ready', flush=True)
    time.sleep(60)
finally:
    time.sleep(0.2)
    print('ended', flush=True)
"""


@pytest.mark.parametrize("whole_group", [True, False], ids=["terminal", "kill"])
def test_the_users_interruption_reaches_the_command_once(whole_group: bool) -> None:
    with started(WAITING) as process:
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "ended\n")
    assert errors == "bench: interrupted; the same command goes on from what is done\n"


def test_a_killed_parent_takes_its_child_with_it_and_other_signals_are_passed_on() -> None:
    with started("print(os.getpid(), flush=True)\n" + WAITING) as process:
        assert process.stdout is not None
        child = int(process.first)
        process.kill()
        process.wait()
        until = time.monotonic() + LOAD
        while Path(f"/proc/{child}").exists() and _running(child):
            assert time.monotonic() < until
            time.sleep(0.02)
    with started(WAITING) as process:
        process.terminate()
        assert process.wait(60) == -signal.SIGTERM


class Started(subprocess.Popen[str]):
    """A watched command that has begun; `first` is the line that it said before it was ready."""

    first = ""


def started(body: str) -> Started:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    process = Started(
        [sys.executable, "-c", f"{BEGIN}\ndef fake():\n{lines}{END}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # a shell lets what it runs in the background ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    while (line := process.stdout.readline()) != "ready\n":
        assert line, process.stderr
        process.first = line.strip()
    return process


def _running(pid: int) -> bool:
    """Whether a process is more than a remnant that nobody has asked after."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


EARLY = [0.12, *(pytest.param(n / 50, marks=pytest.mark.slow) for n in range(7, 100))]


@pytest.mark.parametrize("seconds", EARLY)
def test_an_early_interruption_is_one_line(seconds: float, tmp_path: Path) -> None:
    """From when Python has found the bench, which takes it a tenth of a second, on."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", "run", "--plugin", "linear", "--dataset", "rd"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "BENCH_HOME": str(tmp_path), "BENCH_JOBS": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    # not by the clock, as a busy machine may not yet have begun by then
    until = time.monotonic() + LOAD
    while "site-packages" not in _maps(process.pid) and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1].startswith("bench: interrupted")
    assert "Traceback" not in errors


def _maps(pid: int) -> str:
    """What a process has loaded: its first extension modules come with the bench."""
    try:
        return Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return ""
