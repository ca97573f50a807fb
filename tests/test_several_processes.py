"""A run by several processes of a launcher: the first one does it, the others help it to fit."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from toys import Cut, FittedCut, Workplace, events

import bench
from bench.api.errors import BenchError, RequestError
from bench.cli.main import main
from bench.cli.quiet import quietly
from bench.plugins import interruption
from bench.plugins.under_way import ENDED, Ended
from bench.running.launched import BY_ITSELF, Launched, launched
from bench.running.parts import RunParts, resolve_parts
from bench.running.pipeline import run_parts
from bench.running.ranks import Ranks, exit_code, joined
from bench.storage.repeating import command_of
from bench.storage.request import RunRequest
from bench.storage.store import Run

FIRST, SECOND = Launched(0, 2, 0, 2), Launched(1, 2, 1, 2)
SAID: list[bytes] = []
"""What the first process said to the others."""


def heard(message: bytes) -> bytes:
    """What a process says that leads."""
    SAID.append(message)
    return message


@dataclass(frozen=True)
class Shared(Cut):
    """A cut that several processes can fit."""

    name = "shared"

    def join_ranks(self, device: str) -> object:  # type: ignore[override]
        return heard

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedCut:
        FITS.append((train, valid, context))
        context.checkpoints.mkdir(parents=True, exist_ok=True)
        return super().fit(train, valid, context)


@dataclass(frozen=True)
class Terminated(Shared):
    """Its launcher ends it, twice."""

    name = "terminated"

    def fit(self, *of: object) -> FittedCut:  # type: ignore[override]
        if of[2].ranks > 1:  # type: ignore[attr-defined]
            signal.raise_signal(signal.SIGTERM)
        return super().fit(*of)  # type: ignore[arg-type]


FITS: list[tuple[bench.Inputs, bench.Inputs, bench.Context]] = []


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """A process that leads or helps takes signals in its own way until its end."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    SAID.clear()
    FITS.clear()
    yield
    interruption._signals.clear()
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def launch(patch: pytest.MonkeyPatch, rank: str, count: str = "2") -> None:
    """Say what a launcher says."""
    spoken = {"RANK": rank, "WORLD_SIZE": count, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}
    for name, value in spoken.items():
        patch.setenv(name, value)


def test_a_launcher_says_which_process_this_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "8")  # which many a shell has set, and no process leads there
    assert launched() == BY_ITSELF
    launch(monkeypatch, "-1", "1")
    assert launched() == BY_ITSELF
    launch(monkeypatch, "5", "8")
    assert launched() == Launched(5, 8, 5, 8)
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert launched() == Launched(5, 8, 1, 4)
    assert launched().devices("cuda")[3:6] == ["cuda:3", "cuda:0", "cuda:1"]
    assert (launched().devices("cpu"), BY_ITSELF.devices("cuda")) == (["cpu"] * 8, [])
    for rank, why in (("8", "process 8 of 8"), ("x", "RANK=x"), ("-1", "RANK=-1")):
        launch(monkeypatch, rank, "8")
        with pytest.raises(RequestError, match=re.escape(why)):
            launched()


def parts_of(place: Workplace, plugin: str) -> RunParts:
    """Those of a run of a toy."""
    return resolve_parts(RunRequest(plugin=plugin, dataset="toy"), place.registry)


def shared_run(place: Workplace, ranks: Ranks) -> Run:
    """A run of a model that several processes can fit."""
    place.add(Shared)
    parts = replace(parts_of(place, "shared"), ranks=ranks)
    return run_parts(parts, place.home, place.store, place.context)[0]


def test_what_the_first_process_fits_the_others_fit_too(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    run = shared_run(place, Ranks(FIRST, heard))
    assert run.record.ranks == ["cpu", "cpu"]
    assert "2 ranks" in run.record.title
    assert command_of(run.record).startswith("torchrun --nproc-per-node 2 -m bench run --plugin")
    train, valid, context = FITS[-1]
    assert (context.ranks, [fit[2].ranks for fit in FITS[:-1]]) == (2, [1] * (len(FITS) - 1))
    with Ranks(FIRST, heard).leading({0, 3}):
        assert len(SAID) == 1
    assert len(SAID) == 2
    order = SAID[0]
    messages = iter([order, order, SAID[1]])
    FITS.clear()
    assert Ranks(SECOND, lambda _: next(messages)).help(Shared(breaks=True)) == 3
    assert len(FITS) == 2  # one that breaks does not end the process
    for mine, theirs in zip(FITS[1][:2], (train, valid), strict=True):
        assert (mine.views["numbers"] == theirs.views["numbers"]).all()
        for part in ("y", "ids", "weights"):
            assert (getattr(mine, part) == getattr(theirs, part)).all()
    helping = FITS[1][2]
    same = ("seed", "device", "ranks", "data", "scratch", "checkpoints", "warm_start")
    assert [getattr(helping, name) for name in same] == [getattr(context, name) for name in same]


def test_a_fit_by_two_is_another_one_than_by_one(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    one = shared_run(place, Ranks())
    both, again = (shared_run(place, Ranks(FIRST, heard)) for _ in range(2))
    assert one.record.fit != both.record.fit
    assert (both.name, len(SAID)) == (again.name, 1)
    assert not one.record.ranks


def test_the_others_end_as_the_first_process_does() -> None:
    def ends(error: BaseException) -> None:
        with pytest.raises(type(error)), Ranks(FIRST, heard).leading({0}):
            raise error

    for error in (RequestError("no"), KeyboardInterrupt(), ZeroDivisionError()):
        ends(error)
    messages = iter(SAID)
    codes = [Ranks(SECOND, lambda _: next(messages)).help(Shared()) for _ in range(3)]
    assert codes == [2, 130, 1]
    with Ranks().leading(set()):
        assert exit_code({0, 1, 3}) == 1


def test_a_launchers_sigterm_is_recorded_as_an_interruption(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    place.add(Terminated)
    parts = replace(parts_of(place, "terminated"), ranks=Ranks(FIRST, heard))

    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt), Ranks(FIRST, heard).leading({0}):
        run_parts(parts, place.home, place.store, place.context)
    signal.raise_signal(signal.SIGTERM)  # which would end this process
    (run,) = place.store.runs()
    assert (run.record.status, run.record.error) == ("interrupted", interruption.LAUNCHER)


def test_who_cannot_fit_together_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RequestError, match="cut is fitted by one process"):
        joined(Cut(), "cpu", SECOND)
    for device, why in (("cuda:1", "each of 2 processes has its own"), ("cuda", "no such device")):
        with pytest.raises(RequestError, match=why):
            joined(Shared(), device, FIRST)
    assert joined(Cut(), "cuda", BY_ITSELF) == Ranks()
    assert joined(Shared(), "cpu", SECOND).say is heard
    monkeypatch.setitem(ENDED, "a run", Ended("killed"))
    gone = joined(Shared(), "cpu", FIRST)
    train = bench.Inputs({}, *(getattr(events(4, 1), part) for part in ("y", "ids", "weights")))
    with pytest.raises(BenchError, match="other processes of this run are gone"):
        gone.fit(Shared(), train, train, bench.Context(Path(), Path(), Path()))


def test_other_commands_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    launch(monkeypatch, "0")
    monkeypatch.setattr(sys, "argv", ["bench", "list", "plugins"])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    assert (end.value.code, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert "2 processes were launched for `bench list`" in said.err


QUIET = """
import os, sys
from bench.cli import quiet
quiet.PATIENCE = 0.0
def command():
    print("result")
    print("line", file=sys.stderr)
    os.system("echo of a child")
    sys.exit(int(sys.argv[1]))
quiet.quietly(command, 1)
"""


@pytest.mark.parametrize(("code", "err"), [(0, ""), (2, "process 1: result\nprocess 1: line\n")])
def test_a_process_that_helps_speaks_only_where_it_ends_badly(code: int, err: str) -> None:
    assert quietly.__module__ == "bench.cli.quiet"
    done = subprocess.run(
        [sys.executable, "-u", "-c", QUIET, str(code)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == (err + "process 1: of a child\n" if err else "")
