"""Worker processes: what happens when one is killed, when the user stops, when the parent dies."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from bench_lhco.limits import TOTAL
from bench_lhco.workers import KilledError, spread
from processes import alive, children_of, restore_ctrl_c

LINUX = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")


def square(number: int) -> tuple[int, int]:
    return number**2, os.getpid()


def limit(_: int) -> int:
    return resource.getrlimit(resource.RLIMIT_DATA)[0]


def refuse(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number


def dying(number: int, folder: Path, fatal: int, lives: int) -> int:
    """Dies so many times over one of the numbers, leaving a mark each time."""
    marks = len(list(folder.iterdir()))
    if number == fatal and marks < lives:
        (folder / str(marks)).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def name(number: int) -> str:
    return f"number {number}"


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_item_is_done_once(jobs: int) -> None:
    done = dict(spread(square, range(10), jobs))
    assert {item: result for item, (result, _) in done.items()} == {n: n**2 for n in range(10)}
    assert (os.getpid() in {pid for _, pid in done.values()}) == (jobs == 1)


def test_nothing_to_do_starts_no_process() -> None:
    assert list(spread(square, [], 2, limited=True)) == []


def test_a_limited_task_has_a_process_of_its_own_with_little_memory() -> None:
    assert dict(spread(limit, [1], 1, limited=True)) == {1: TOTAL}
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] != TOTAL


def test_what_a_killed_worker_had_is_done_once_more(tmp_path: Path) -> None:
    task = partial(dying, folder=tmp_path, fatal=4, lives=1)
    assert sorted(spread(task, range(8), 2)) == [(n, n) for n in range(8)]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_worker_killed_twice_is_an_error_that_names_the_item(tmp_path: Path) -> None:
    task = partial(dying, folder=tmp_path, fatal=0, lives=9)
    with pytest.raises(KilledError, match="killed twice over number 0, perhaps for want of memory"):
        list(spread(task, range(8), 2, tell=name))
    assert len(list(tmp_path.iterdir())) == 2
    assert not multiprocessing.active_children()


def test_an_error_of_the_task_comes_through_and_ends_the_workers() -> None:
    with pytest.raises(ValueError, match="three"):
        list(spread(refuse, range(8), 2))
    assert not multiprocessing.active_children()


@LINUX
@pytest.mark.parametrize(
    ("blow", "after"),
    [(signal.SIGINT, 0.2), (signal.SIGINT, 1.5), (signal.SIGKILL, 1.5)],
    ids=["ctrl-c while they start", "ctrl-c at work", "killed"],
)
def test_workers_end_at_once_with_their_parent(
    blow: signal.Signals, after: float, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import time\n"
        "from bench_lhco.workers import spread\n"
        "if __name__ == '__main__':\n"
        "    list(spread(time.sleep, [60] * 9, 2))\n"
    )
    run = subprocess.Popen(
        [sys.executable, script],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=restore_ctrl_c,  # noqa: PLW1509
    )
    while len(workers := children_of(run.pid)) < 3:  # two, and Python's resource tracker
        time.sleep(0.05)
    time.sleep(after)
    if blow == signal.SIGINT:
        os.killpg(run.pid, blow)  # as a terminal does
    else:
        run.kill()
    begun = time.monotonic()
    _, errors = run.communicate()
    while any(alive(pid) for pid in workers) and time.monotonic() - begun < 10:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in workers)
    assert time.monotonic() - begun < 5
    assert errors.count("Traceback") == (blow == signal.SIGINT)  # the parent's own and no worker's
