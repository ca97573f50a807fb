"""A study whose runs are done at once: it comes to what it comes to one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from toys import Cut, FittedCut, Workplace

import bench
from bench.api.errors import BenchError, RequestError
from bench.cli.run import command as run_command
from bench.data.run_samples import load_samples
from bench.running import spread as seam
from bench.running.at_once import at_once
from bench.running.ends import REFUSED
from bench.running.failures import RunFailedError
from bench.running.missing import LOGS, Survey
from bench.running.one_by_one import one_by_one
from bench.running.parts import resolve_parts
from bench.running.pipeline import run
from bench.running.prepared import prepare
from bench.running.spread import Task
from bench.storage.record import RunRecord
from bench.storage.request import RunRequest
from bench.storage.store import Store

Doing = Callable[[Callable[[Task], int]], None]


@pytest.fixture
def doing(monkeypatch: pytest.MonkeyPatch) -> Doing:
    """Puts something else in the place of a process for a task."""
    return lambda function: monkeypatch.setattr(seam, "do", function)


@dataclass(frozen=True)
class Picky(Cut):
    """A cut that refuses its options where it is fitted."""

    name = "picky"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedCut:
        raise RequestError("targets=c_attn: not in this base")


@dataclass(frozen=True)
class InThisProcess:
    """Does a task as its process would, where the toys are known."""

    place: Workplace

    def __call__(self, one: Task) -> int:
        ctx = run_command.make_context("run", list(one.words[1:]))
        apart = ("runs", "dry_run", "seeds", "floor")
        fields = {k: v for k, v in ctx.params.items() if k not in apart}
        assert fields.pop("skip_bad_events") is False
        request, store = RunRequest(**fields), Store(ctx.params["runs"])
        one.log.parent.mkdir(parents=True, exist_ok=True)
        one.log.touch()
        try:
            run(request, self.place.registry, self.place.home, store, self.place.context)
        except RunFailedError as error:
            return error.code
        except BenchError as error:
            one.log.write_text(f"and more\nbench: {error}\n")
            return 2
        return 0


CUT = RunRequest(plugin="cut", dataset="toy", train_events=200, events=200)
REQUESTS = (
    CUT,
    replace(CUT, options={"breaks": "true"}),
    replace(CUT, plugin="picky"),
    replace(CUT, seed=3, threshold="fpr=0.1"),
    CUT,
    replace(CUT, start="cut", seed=5),
)


@pytest.fixture
def place(tmp_path: Path, doing: Doing) -> Workplace:
    place = Workplace.at(tmp_path)
    place.add(Picky)
    doing(InThisProcess(place))
    return place


def surveyed(place: Workplace, *requests: RunRequest) -> tuple[Survey, list[str]]:
    every = [resolve_parts(request, place.registry) for request in requests]
    said: list[str] = []
    return Survey(every, place.home, place.store, place.context, said.append), said


def test_runs_at_once_come_to_what_they_do_one_after_the_other(
    place: Workplace, tmp_path: Path
) -> None:
    survey, said = surveyed(place, *REQUESTS)
    with ThreadPoolExecutor(1) as executor:
        made, codes = at_once(survey, executor)
    elsewhere = Workplace.at(tmp_path.with_name("elsewhere"))  # where no fit is to be reused
    elsewhere.add(Picky)
    other, lines = surveyed(elsewhere, *REQUESTS)
    after, own = one_by_one(other.every, other.home, other.store, other.context, lines.append)
    assert codes == own == {0, 2, 3}
    assert [r.record.id for r in made] == [r.record.id for r in after]
    assert [r.record.status for r in made] == [r.record.status for r in after]
    assert said[-1].partition(" runs ")[2] == lines[-1].partition(" runs ")[2]
    refused = [line for line in lines if "run 3 is refused and has no row: targets" in line]
    assert len(refused) == 1
    assert refused[0] in said
    assert len(list(survey.store.runs())) == len({run.record.id for run in made})
    both = list(zip(made, after, strict=True))
    assert [bool(r.record.fit_reused) for r in made] == [bool(r.record.fit_reused) for r in after]
    ok = [(one, other) for one, other in both if one.record.status == "ok"]
    assert len(ok) == 4
    for one, other in ok:
        assert one.metrics() == other.metrics()
        assert one.record.values == other.record.values
    assert [p.name for p in (survey.store.root / LOGS).iterdir()] == [f"{_picky(survey)[:32]}.txt"]


def _picky(survey: Survey) -> str:
    return next(one.key for one in survey.first() if one.parts.request.plugin == "picky")


def test_what_is_there_is_not_done_again(place: Workplace, doing: Doing) -> None:
    survey, _ = surveyed(place, CUT, replace(CUT, seed=1))
    run(CUT, place.registry, place.home, survey.store, place.context)
    done: list[str] = []

    def once(one: Task) -> int:
        done.append(one.key)
        return InThisProcess(place)(one)

    doing(once)
    with ThreadPoolExecutor(2) as executor:
        first, _ = at_once(survey, executor)
        again, _ = at_once(surveyed(place, CUT, replace(CUT, seed=1))[0], executor)
    assert len(done) == 1
    assert [r.name for r in first] == [r.name for r in again]
    assert not (survey.store.root / LOGS).exists()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (0, r"run 1 ended well \(see .*\), but not as this machine's code would make it"),
        (1, r"run 1 came to no end and has no row: the last line \(see .*\)"),
        (-9, r"run 1 came to no end and has no row: the last line \(see .*\)"),
    ],
)
def test_a_run_without_a_record_is_no_success(
    place: Workplace, doing: Doing, code: int, message: str
) -> None:
    def ended(one: Task) -> int:
        one.log.parent.mkdir(parents=True, exist_ok=True)
        one.log.write_text("first\nbench: the last line\n\n")
        return code

    doing(ended)
    survey, said = surveyed(place, CUT)
    with ThreadPoolExecutor(1) as executor:
        assert at_once(survey, executor) == ([], {0, 1})
    assert any(re.search(message, line) for line in said), said


def test_nothing_is_left_of_a_run_that_was_killed_and_done_by_another(
    place: Workplace, doing: Doing
) -> None:
    survey, _ = surveyed(place, CUT)
    store = place.store
    (missing,) = survey.first()
    record = replace(_blank(), id=missing.key)
    store.begin(left := store.claim("2026-01-01T00:00:00Z", missing.key), record)
    others = [store.claim("2026-01-01T00:00:00Z", key) for key in (missing.key, "f" * 64)]
    for folder, key in zip(others, (missing.key[:12] + "0" * 52, "f" * 64), strict=True):
        store.begin(folder, replace(record, id=key))
    with ThreadPoolExecutor(1) as executor:
        (made,), _ = at_once(survey, executor)
    assert made.folder.is_dir()
    assert [folder.is_dir() for folder in (left, *others)] == [False, True, True]
    assert survey.first() == []


def _blank() -> RunRecord:
    """The record of a run that has begun."""
    return RunRecord(
        id="",
        created="2026-01-01T00:00:00Z",
        status="started",
        plugin="cut",
        dataset="toy",
        seed=0,
        request={},
    )


def test_a_run_goes_on_from_the_one_that_the_name_stands_for_when_the_wave_begins(
    place: Workplace,
) -> None:
    (first,) = run(CUT, place.registry, place.home, place.store, place.context)[:1]
    survey, _ = surveyed(place, replace(CUT, start="cut", seed=5), replace(CUT, seed=9))
    waiting, other = survey.first()
    words = survey.task(waiting).words
    assert words[words.index("--from") + 1] == first.name
    run(other.parts.request, place.registry, place.home, place.store, place.context)
    assert survey.task(waiting).words == words  # though `cut` is another run by now
    assert "--from" not in survey.task(other).words


def test_samples_are_loaded_once_for_runs_one_after_the_other_that_ask_for_the_same(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[RunRequest] = []

    def counted(request: RunRequest, *args: object, **more: object) -> object:
        loaded.append(request)
        return load_samples(request, *args, **more)

    monkeypatch.setattr("bench.running.prepared.load_samples", counted)
    requests = [replace(CUT, seed=seed) for seed in range(3)]
    requests += [replace(CUT, train_events=100), replace(CUT, allow=("B001",)), CUT]
    survey, _ = surveyed(place, *requests)
    keys = [one.key for one in survey.first()]
    assert loaded == [requests[0], *requests[3:]]
    alone = [prepare(one, place.home, place.store, place.context).key for one in survey.every]
    assert keys == alone


def test_a_run_without_truth_is_looked_for_by_its_own_samples(place: Workplace) -> None:
    weak = replace(CUT, labels="data", inject=60, region="mass=-10:10")
    requests = [weak, replace(weak, inject=30), replace(weak, seed=1), CUT, replace(weak, seed=1)]
    requests.append(replace(weak, seed=1, region="mass=0:2"))
    requests.append(replace(requests[-1], against="sidebands"))
    survey, _ = surveyed(place, *requests)
    keys = [one.key for one in survey.first()]
    alone = [prepare(one, place.home, place.store, place.context).key for one in survey.every]
    assert keys == alone
    assert len(set(keys)) == 6
    with ThreadPoolExecutor(1) as executor:
        made, codes = at_once(survey, executor)
    assert codes == {0, REFUSED}  # the last one, as the toy tells sidebands by its mass
    assert [one.record.id for one in made] == keys[:-1]
