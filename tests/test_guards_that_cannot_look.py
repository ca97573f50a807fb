"""A guard that could not look has not found a run sound: it says so, and looks again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from toys import Cut, Workplace

import bench
from bench.guards import fresh
from bench.guards.every import GUARDS
from bench.guards.guard import Guard, NotApplicableError
from bench.guards.inspect import inspect
from bench.guards.judged.shifted import Shifted
from bench.guards.rehearsed.labels import Labels
from bench.guards.trained.collapse import Collapse
from bench.guards.trained.kept import Kept
from bench.plugins import Offer
from bench.request import RunRequest
from bench.run import RunFailedError, VoidedRunError, run
from bench.store import Run

REQUEST = RunRequest(plugin="cut", dataset="toy")
ALL = tuple(guard.code for guard in GUARDS)


@dataclass(frozen=True)
class Yardstick(Cut):
    """A cut of which nobody asks that it learns."""

    name = "yardstick"

    @property
    def connected(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class Picky(Cut):
    """A cut that refuses to be fitted to few events, in words of its own."""

    name = "picky"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Any:
        if len(train) < 200:
            raise bench.RequestError("targets=c_attn: not in this base")
        return super().fit(train, valid, context)


@dataclass(frozen=True)
class Unreadable(Cut):
    """A cut that has no prompt for these events, and says so where it is asked for one."""

    name = "unreadable"

    def render(self, inputs: bench.Inputs, context: bench.Context) -> bench.Rendered | None:
        raise bench.InputError("a chat prompt for a base without a chat template")


@dataclass(frozen=True)
class Leaving(Cut):
    """A cut that ends the process where it is fitted to many events, as if all were well."""

    name = "leaving"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Any:
        if len(train) > 200:
            raise SystemExit(0)
        return super().fit(train, valid, context)


class Exploding:
    """Evidence of which nothing can be had but the model."""

    def __init__(self, model: bench.Model) -> None:
        self.model = model

    def __getattr__(self, name: str) -> Any:
        raise MemoryError


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    made = Workplace.at(tmp_path)
    made.home.rehearsals.unlink()  # these rehearsals are not everybody's
    for part in (Yardstick, Picky, Unreadable, Leaving):
        made.shelf.offers[bench.Model][part.name] = Offer(part, part.name, "classifier-bench", "0")
    return made


def do(place: Workplace, request: RunRequest = REQUEST, **asked: Any) -> Run:
    """A run, also one that a guard voids."""
    asked_for = replace(request, **asked)
    try:
        return run(asked_for, place.shelf, place.home, place.store, place.context)[0]
    except VoidedRunError as void:
        return void.run


def outcomes(done: Run) -> dict[str, str]:
    """What came of each guard whose finding is that it broke."""
    return {v.code: v.outcome for v in done.record.verdicts if v.broke}


def raising(error: BaseException) -> Callable[..., Iterator[str]]:
    def look(*_: object) -> Iterator[str]:
        raise error
        yield ""

    return look


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.code)
def test_no_guard_is_silent_where_its_evidence_breaks(guard: type[Guard[Any]]) -> None:
    [verdict] = inspect([guard], Exploding(Cut()))
    assert verdict.broke
    assert verdict.findings == ["could not look: MemoryError"]
    assert "in look" in verdict.traceback
    assert verdict.outcome == ("void" if guard.severity == "void" else "warn")


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.code)
@pytest.mark.parametrize(
    "error", [ValueError("what"), bench.DamagedError("what"), SystemExit(0)], ids=repr
)
def test_a_guard_that_breaks_itself_warns_even_of_a_yardstick(
    guard: type[Guard[Any]], error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "look", raising(error))
    [verdict] = inspect([guard], Exploding(Yardstick()))
    assert verdict.outcome == "warn"
    assert type(error).__name__ in verdict.findings[0]


def test_a_run_whose_guards_all_break_has_nothing_that_passed(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for guard in GUARDS:
        monkeypatch.setattr(guard, "look", raising(RuntimeError("on purpose")))
    done = do(place, allow=ALL)
    assert done.record.status == "ok"
    assert {v.outcome for v in done.record.verdicts} == {"allowed"}
    assert {v.code for v in done.record.verdicts} == set(ALL) - {"B033", "B045"}
    told = (done.folder / "traceback.txt").read_text()
    assert all(f"{v.code} {v.guard}\nTraceback" in told for v in done.record.verdicts)
    assert "Traceback" not in (done.folder / "run.json").read_text()


class Halfway(Guard[Any]):
    """Finds something, and then breaks or has nothing more to look at."""

    code, name, mend = "B999", "halfway", "nothing"

    def look(self, evidence: Any) -> Iterator[str]:
        yield "something"
        raise evidence.error


@pytest.mark.parametrize(
    ("error", "more"),
    [(NotApplicableError("no more"), []), (KeyError("x"), ["could not look: KeyError: 'x'"])],
    ids=["nothing more", "breaks"],
)
def test_what_was_found_before_counts(error: Exception, more: list[str]) -> None:
    evidence = Exploding(Cut())
    evidence.error = error
    [verdict] = inspect([Halfway], evidence)
    assert (verdict.findings, verdict.outcome) == (["something", *more], "void")


def test_a_skip_without_a_reason_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shifted, "look", raising(NotApplicableError()))
    [verdict] = inspect([Shifted], Exploding(Cut()))
    assert verdict.outcome == "skipped"


def failing_once(monkeypatch: pytest.MonkeyPatch, where: str, error: BaseException) -> list[int]:
    """Make the first call of a function raise; gives what counts the calls."""
    from importlib import import_module

    module, _, name = where.rpartition(".")
    right, calls = getattr(import_module(module), name), [0]

    def once(*given: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == 1:
            raise error
        return right(*given, **named)

    monkeypatch.setattr(where, once)
    return calls


@pytest.mark.parametrize(
    "where",
    [
        pytest.param("bench.guards.moments.rehearse", id="the rehearsal"),
        pytest.param("bench.guards.rehearsed.labels.Labels.look", id="a guard that looks at it"),
    ],
)
@pytest.mark.parametrize("seed", [0, 1], ids=["the same seed", "the next seed"])
def test_a_rehearsal_that_broke_is_not_remembered(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, where: str, seed: int
) -> None:
    if where.endswith("look"):
        with monkeypatch.context() as patch:
            patch.setattr(Labels, "look", raising(MemoryError()))
            first = do(place)
    else:
        failing_once(monkeypatch, where, MemoryError())
        first = do(place)
    assert first.record.status == "void"
    assert list(outcomes(first).values()) == ["void"]
    assert "MemoryError" in (first.folder / "traceback.txt").read_text()
    place.notices.clear()
    second = do(place, seed=seed)
    assert (second.record.status, outcomes(second)) == ("ok", {})
    assert "rehearsing cut on 96 events" in place.notices
    place.notices.clear()
    do(place, seed=7)
    assert "reused the rehearsal of these parts" in place.notices


def test_what_cannot_be_told_from_a_full_disk_is_not_remembered(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_once(
        monkeypatch, "bench.guards.rehearsal.reread", fresh.NotRereadError("OSError: [Errno 28]")
    )
    assert do(place).record.status == "void"
    assert do(place).record.status == "ok"


def test_a_rehearsal_of_a_yardstick_that_broke_is_a_warning(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_once(monkeypatch, "bench.guards.moments.rehearse", MemoryError())
    done = do(place, plugin="yardstick")
    assert (done.record.status, outcomes(done)) == ("ok", {"B033": "warn"})
    assert "MemoryError" in (done.folder / "traceback.txt").read_text()


def test_a_rehearsal_that_broke_can_be_let_through_and_is_seen(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_once(monkeypatch, "bench.guards.moments.rehearse", MemoryError())
    let = do(place, allow=("B033",))
    assert (let.record.status, outcomes(let)) == ("ok", {"B033": "allowed"})
    assert "MemoryError" in (let.folder / "traceback.txt").read_text()
    # another run on the same scores does not take over that nobody has looked
    other = do(place, threshold="0.9")
    assert (other.record.status, outcomes(other), other.record.fit_reused) == ("ok", {}, True)


def test_doctor_points_to_the_traceback(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.cli.doctor import command

    failing_once(monkeypatch, "bench.guards.moments.rehearse", MemoryError())
    done = do(place)
    told = CliRunner().invoke(
        command, [done.name, "--runs", str(place.store.root)], standalone_mode=False
    )
    assert told.return_value == 3
    assert "found: MemoryError" in told.output
    assert str(done.folder / "traceback.txt") in told.output


@pytest.mark.parametrize("guard", [Kept, Collapse], ids=["void", "warn"])
def test_a_guard_that_broke_at_the_fit_looks_again_at_the_kept_fit(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, guard: type[Guard[Any]]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(guard, "look", raising(MemoryError()))
        first = do(place)
        assert outcomes(first) == {guard.code: guard.severity}
    second = do(place, threshold="0.9")
    assert (second.record.status, outcomes(second)) == ("ok", {})
    assert second.record.fit_reused


def test_no_memory_for_looking_at_a_fit_costs_no_fit(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("bench.guards.course.probe", raising_now(MemoryError()))
        first = do(place)
    assert first.record.status == "void"
    broke = {"B030", "B031", "B032", "B040", "B041", "B042", "B043", "B044"}
    assert outcomes(first).keys() == broke
    second = do(place)
    assert (second.record.status, second.record.fit_reused, outcomes(second)) == ("ok", True, {})


def test_what_was_seen_of_a_training_is_kept_with_its_fit(tmp_path: Path) -> None:
    from bench.guards.course import Seen
    from bench.guards.recorder import Record

    looks = [(1, np.array([0.1, np.nan])), (4, np.array([0.3, 0.4]))]
    record = Record([], [], {}, {}, updates=[1e-3, 2e-3], looks=looks, gaps=[31.5])
    Seen(record, np.array([0.3, 0.4])).write(tmp_path)
    back = Seen.read(tmp_path)
    assert back.record is not None
    assert (back.record.updates, back.record.gaps) == ([1e-3, 2e-3], [31.5])
    assert [step for step, _ in back.record.looks] == [1, 4]
    for (_, one), (_, other) in zip(back.record.looks, looks, strict=True):
        np.testing.assert_array_equal(one, other)
    Seen(None, np.array([0.5])).write(tmp_path)
    assert Seen.read(tmp_path).record is None


def raising_now(error: BaseException) -> Callable[..., Any]:
    def call(*_: object, **__: object) -> Any:
        raise error

    return call


@pytest.mark.parametrize(
    ("plugin", "code", "line"),
    [
        pytest.param("picky", "B033", "targets=c_attn: not in this base", id="in the rehearsal"),
        pytest.param("unreadable", "B010", "without a chat template", id="before it"),
    ],
)
def test_a_models_own_refusal_is_a_bad_request_and_no_run(
    place: Workplace, plugin: str, code: str, line: str
) -> None:
    with pytest.raises(bench.BenchError, match=line):
        do(place, plugin=plugin)
    assert list(place.store.root.iterdir()) == []
    let = do(place, plugin=plugin, allow=(code,))
    assert (let.record.status, outcomes(let)) == ("ok", {code: "allowed"})


def test_a_model_that_ends_the_process_has_failed(place: Workplace) -> None:
    with pytest.raises(RunFailedError, match="SystemExit: 0"):
        do(place, plugin="leaving")
    assert [done.record.status for done in place.store.runs()] == ["failed"]


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[Any]:
    """Let fresh processes end like this, one after the other; gives those that are left."""
    left = list(answers)

    def ran(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        answer = left.pop(0)
        if answer == "hangs":
            raise subprocess.TimeoutExpired(command, fresh.LONGEST)
        if answer == 0:
            np.save(Path(command[-1]) / fresh.SCORES, np.array([0.5]))
        return subprocess.CompletedProcess(command, answer, "", "Traceback\nKeyError: 'x'\n")

    monkeypatch.setattr(subprocess, "run", ran)
    return left


def reread(tmp_path: Path) -> list[float]:
    inputs = bench.Inputs(
        {"numbers": np.ones((1, 2))}, np.ones(1, np.int8), np.ones(1, np.uint64), np.ones(1)
    )
    context = bench.Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    return list(fresh.reread(Cut(), tmp_path, inputs, context))


def test_a_fresh_process_that_takes_too_long_is_tried_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = answering(monkeypatch, "hangs", 0)
    assert (reread(tmp_path), left) == ([0.5], [])


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (["hangs", "hangs"], "took more than 600 s to load and score what was saved, 2 times"),
        ([-9], "killed by SIGKILL, as a machine does that is out of memory"),
        ([-11], "killed by SIGSEGV$"),
        ([-40], "killed by signal 40$"),
        ([fresh.OUT_OF_MEMORY], "ran out of memory"),
    ],
    ids=str,
)
def test_a_fresh_process_that_was_cut_off_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[Any], told: str
) -> None:
    left = answering(monkeypatch, *answers)
    with pytest.raises(fresh.FreshProcessError, match=told):
        reread(tmp_path)
    assert left == []


def test_what_cannot_be_loaded_is_told_from_what_was_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, 1)
    with pytest.raises(fresh.NotRereadError, match="KeyError: 'x'"):
        reread(tmp_path)
