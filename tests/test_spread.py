"""Runs at once: tasks in, outcomes out, over any executor."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from spreading import Spread

from bench.api.errors import RequestError
from bench.plugins.needs import Needs
from bench.running import spread as seam
from bench.running.on_dask import executor_on
from bench.running.spread import BEGUN, TRIES, Task, WorkersGoneError, spread


def task(folder: Path, key: str = "a", *words: str, needs: Needs | None = None) -> Task:
    return Task(key, words or ("--version",), {}, folder / f"{key}.txt", needs or Needs())


def ends(tasks: list[Task], executor: Executor) -> list[tuple[str, int, str]]:
    """The key, the exit code and the reason of each, in the order in which they ended."""
    return [(one.task.key, one.code, one.why) for one in spread(tasks, executor)]


@pytest.fixture
def doing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Task], int]], None]:
    """Puts something else in the place of a process for a task."""
    return lambda function: monkeypatch.setattr(seam, "do", function)


def test_outcomes_come_as_tasks_end(tmp_path: Path, doing: Any) -> None:
    gate = threading.Event()

    def slow_first(one: Task) -> int:
        if one.key == "a":
            assert gate.wait(20)
        return ord(one.key)

    doing(slow_first)
    with ThreadPoolExecutor(2) as executor:
        outcomes = spread([task(tmp_path, "a"), task(tmp_path, "b")], executor)
        assert next(outcomes).task.key == "b"
        gate.set()
        assert [(one.task.key, one.code) for one in outcomes] == [("a", 97)]


@pytest.mark.parametrize("end", [-signal.SIGKILL, 130, OSError("gone")])
def test_what_was_killed_is_begun_again_and_not_for_ever(
    tmp_path: Path, doing: Any, end: int | Exception
) -> None:
    begun: list[str] = []

    def killed(one: Task) -> int:
        begun.append(one.key)
        if one.key == "well" and begun.count("well") == 3:
            return 0
        if isinstance(end, Exception):
            raise end
        return end

    doing(killed)
    with ThreadPoolExecutor(1) as executor:
        both = sorted(ends([task(tmp_path, "well"), task(tmp_path, "bad")], executor))
    code, why = (1, "OSError: gone") if isinstance(end, Exception) else (end, "")
    assert both == [("bad", code, why), ("well", 0, "")]
    assert (begun.count("well"), begun.count("bad")) == (3, TRIES)


def test_an_exit_code_is_not_tried_again(tmp_path: Path, doing: Any) -> None:
    begun: list[str] = []
    doing(lambda one: begun.append(one.key) or 3)
    with ThreadPoolExecutor(1) as executor:
        assert ends([task(tmp_path)], executor) == [("a", 3, "")]
    assert begun == ["a"]


class _Gone(Executor):
    """An executor that comes to its end."""

    def __init__(self, how: BaseException | None) -> None:
        self.how = how

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.how:
            future.set_exception(self.how)
        else:
            future.cancel()
            future.set_running_or_notify_cancel()
        return future


@pytest.mark.parametrize("how", [None, BrokenExecutor("no process left")])
def test_an_executor_that_ends_is_said(tmp_path: Path, how: BaseException | None) -> None:
    with pytest.raises(WorkersGoneError, match="the same command goes on"):
        ends([task(tmp_path)], _Gone(how))


def test_a_task_is_a_process_whose_messages_are_in_its_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as executor:
        tasks = [task(tmp_path, "a"), task(tmp_path, "b", "no-such-command")]
        assert sorted(ends(tasks, executor)) == [("a", 0, ""), ("b", 2, "")]
    begun, version = (tmp_path / "a.txt").read_text().splitlines()
    assert BEGUN.fullmatch(begun)
    assert version.startswith("bench, version ")
    assert "no-such-command" in (tmp_path / "b.txt").read_text()


def until(true: Callable[[], bool]) -> None:
    for _ in range(1500):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def is_alive(number: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{number}/stat").read_text().rpartition(")")[2][:3]
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="no other system ends a child with its parent")
def test_a_run_ends_with_the_worker_that_began_it(tmp_path: Path) -> None:
    place = Spread.at(tmp_path, seconds=60)
    words = ("run", "--plugin", "waiting", "--dataset", "toy", "--set", "seconds=60")
    made = f"Task('a', {(*words, '--runs', str(tmp_path / 'runs'))}, {{}}, Path('log'), Needs())"
    code = "from pathlib import Path; from bench.plugins.needs import Needs\n"
    code += f"from bench.running.spread import Task, do; do({made})"
    command = [sys.executable, "-c", code]
    worker = subprocess.Popen(command, cwd=tmp_path, env=place.environment)
    try:
        until(lambda: bool(place.lines("begun")) or worker.poll() is not None)
        (line,) = place.lines("begun")
        fitting = int(line.split()[1])
        assert is_alive(fitting)
    finally:
        worker.kill()
        worker.wait()
    until(lambda: not is_alive(fitting))


def test_a_scheduler_on_this_machine_does_tasks_and_one_that_needs_a_gpu_does_not_wait(
    tmp_path: Path,
) -> None:
    notices: list[str] = []
    with executor_on("local:2", notices.append) as executor:
        gpu = task(tmp_path, "gpu", needs=Needs(gpu=1, memory="1000 TiB", cores=1000))
        outcomes = ends(
            [task(tmp_path, "a"), gpu, task(tmp_path, "b", "list", "nonsense")], executor
        )
    assert sorted(outcomes) == [("a", 0, ""), ("b", 2, ""), ("gpu", 0, "")]
    assert not notices


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("local:0", "wanted local, local:4"),
        ("local:x", "wanted local, local:4"),
        ("nowhere.json", "no such file; wanted local"),
        (__file__, "not the file of a scheduler; wanted local"),
        ("nonsense://a:1", r"no scheduler \(.*nonsense.*\); wanted local"),
    ],
)
def test_a_place_that_is_none_is_refused(where: str, message: str) -> None:
    with pytest.raises(RequestError, match=message), executor_on(where, print):
        pass


@pytest.mark.parametrize("where", ["tcp://nowhere", "tls://127.0.0.1:1"])
def test_a_process_with_an_address_that_is_none_comes_to_its_end(where: str) -> None:
    program = (
        f"from bench.running.on_dask import executor_on\nexecutor_on({where!r}, print).__enter__()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 1
    assert f"RequestError: --on {where}: no scheduler (" in done.stderr
