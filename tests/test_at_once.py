"""Two equal commands at once: one of them makes the run, the other one waits and finds it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from toys import Cut, FittedCut, Workplace

import bench
from bench.api.context import Context
from bench.outside.importing import import_counts
from bench.plugins.registry import PluginEntry
from bench.running.failures import RunFailedError
from bench.running.pipeline import run
from bench.storage.home import Home
from bench.storage.request import RunRequest
from bench.storage.store import LOCKS, Run, Store, write_metrics

REQUEST = RunRequest(plugin="patient", dataset="toy")
WAITING = "another process is making the same run; waiting for it"
PATIENCE = 60.0
"""Seconds after which a test gives up."""


@dataclass(frozen=True)
class Patient(Cut):
    """A cut whose fit says that it has begun, and ends when it may."""

    name = "patient"
    hurdle: str = ""
    """`breaks` or `interrupted`: how the first fit ends."""

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedCut:
        """As a cut, in the fit proper; the smoke fit has no time to lose."""
        if context.checkpoints.is_relative_to(context.data.parent / "fits"):
            begun = context.data / "begun"
            first = not begun.exists()
            begun.touch()
            until((context.data / "go").exists)
            if first and self.hurdle == "breaks":
                raise ZeroDivisionError("on purpose")
            if first and self.hurdle == "interrupted":
                raise KeyboardInterrupt
        return super().fit(train, valid, context)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    for _ in range(int(PATIENCE / 0.02)):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def with_patient(place: Workplace) -> Workplace:
    place.add(Patient)
    return place


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return with_patient(Workplace.at(tmp_path))


def child(home: str, runs: str) -> None:
    """What a process of its own does."""
    from bench.plugins.registry import load_registry

    registry = load_registry()
    registry.entries[bench.Dataset]["toy"] = PluginEntry(
        sys.modules["toys"].Toy, "toy", "classifier-bench", "0"
    )
    place = with_patient(Workplace(Home(Path(home)), Store(Path(runs)), registry, []))
    context = Context(
        data=place.home.data,
        scratch=place.home.scratch,
        checkpoints=place.home.fits,
        notice=click.echo,
    )
    done, reused = run(REQUEST, place.registry, place.home, place.store, context)
    click.echo(f"{'found' if reused else 'made'} {done.name}")


@dataclass(frozen=True)
class Process:
    """A process that does the run, and the file of what it said."""

    running: subprocess.Popen[bytes]
    said: Path

    @classmethod
    def of(cls, place: Workplace, name: str) -> Process:
        said = place.home.root.parent / f"{name}.txt"
        code = "import sys, test_at_once; test_at_once.child(*sys.argv[1:])"
        where = [str(place.home.root), str(place.store.root)]
        path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
        with said.open("wb") as stream:
            running = subprocess.Popen(
                [sys.executable, "-c", code, *where],
                stdout=stream,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": path},
            )
        return cls(running, said)

    def end(self) -> str:
        """The last line that it said."""
        self.running.wait(PATIENCE)
        return self.said.read_text().splitlines()[-1]


def begin(place: Workplace) -> tuple[Process, Process]:
    """Two processes: one in its fit, one that waits for it."""
    first = Process.of(place, "first")
    until(lambda: (place.home.data / "begun").exists() or first.running.poll() is not None)
    second = Process.of(place, "second")
    until(lambda: WAITING in second.said.read_text() or second.running.poll() is not None)
    return first, second


def records(place: Workplace) -> list[str]:
    return sorted(one.name for one in place.store.runs())


def test_two_processes_make_one_record(place: Workplace) -> None:
    first, second = begin(place)
    assert WAITING in second.said.read_text()
    (place.home.data / "go").touch()
    (name,) = {process.end().split()[1] for process in (first, second)}
    assert (first.end(), second.end()) == (f"made {name}", f"found {name}")
    assert records(place) == [name]
    assert [one.name for one in place.store.runs()] == [name]
    assert not list((place.store.root / LOCKS).iterdir())


def test_when_the_first_is_killed_the_second_goes_on(place: Workplace) -> None:
    first, second = begin(place)
    os.kill(first.running.pid, signal.SIGKILL)
    first.running.wait(PATIENCE)
    (place.home.data / "go").touch()
    assert second.end() == f"made {records(place)[0]}"
    assert len(records(place)) == 1


def together(place: Workplace, request: RunRequest) -> list[Run | BaseException]:
    """What two threads with one request came to, in the order in which they began."""
    ends: dict[int, Run | BaseException] = {}

    def ask(number: int) -> None:
        store = Store(place.store.root)
        try:
            ends[number] = run(request, place.registry, place.home, store, place.context)[0]
        except BaseException as error:
            ends[number] = error

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
    threads[0].start()
    until((place.home.data / "begun").exists)
    threads[1].start()
    until(lambda: WAITING in place.notices)
    (place.home.data / "go").touch()
    for thread in threads:
        thread.join(PATIENCE)
    return [ends[0], ends[1]]


@pytest.mark.parametrize(
    ("hurdle", "error", "status"),
    [("breaks", RunFailedError, "failed"), ("interrupted", KeyboardInterrupt, "interrupted")],
)
def test_when_the_first_ends_badly_the_second_goes_on(
    place: Workplace, hurdle: str, error: type[BaseException], status: str
) -> None:
    request = RunRequest(**{**vars(REQUEST), "options": {"hurdle": hurdle}})
    first, second = together(place, request)
    assert isinstance(first, error)
    assert isinstance(second, Run)
    assert sorted(one.record.status for one in place.store.runs()) == sorted([status, "ok"])


def test_two_different_runs_do_not_wait_for_each_other(place: Workplace) -> None:
    (place.home.data / "go").touch()
    with place.store.alone("another key"):
        run(REQUEST, place.registry, place.home, place.store, place.context)
    assert WAITING not in place.notices


def test_a_file_imported_twice_at_once_is_one_record(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(*given: object) -> None:
        time.sleep(0.2)
        write_metrics(*given)

    monkeypatch.setattr("bench.outside.importing.write_metrics", slowly)
    file = tmp_path / "points.csv"
    file.write_text(
        "model,dataset,true_signal,signal,true_background,background\npaper,toy,6,11,70,79\n"
    )
    threads = [
        threading.Thread(target=import_counts, args=(file, place.registry, Store(place.store.root)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(records(place)) == 1


@pytest.mark.parametrize("answer", ["ENOLCK", "ENOSYS"])
def test_where_there_are_no_locks_but_have_to_be_a_run_is_made_and_that_is_said(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    import errno

    def refused(*_: object) -> None:
        number = getattr(errno, answer)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refused)
    monkeypatch.setenv("BENCH_LOCKS", "flock")
    with place.store.alone("key", place.notices.append):
        pass
    (line,) = place.notices
    assert line.startswith(f"{place.store.root / LOCKS}: no locks here (")
