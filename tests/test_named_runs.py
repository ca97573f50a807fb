"""Runs by the names that a person has for them, and the commands that take such names."""

from __future__ import annotations

import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from outside_scores import import_scores, in_use
from toys import Workplace

from bench.api.errors import RequestError
from bench.cli.main import main
from bench.running.pipeline import run
from bench.storage.named_runs import NamedRuns, all_called, on_one_sample
from bench.storage.repeating import command_of
from bench.storage.request import RunRequest
from bench.storage.store import Run

REQUEST = RunRequest(plugin="cut", dataset="toy")
TENTH = replace(REQUEST, ratio="1:10")


def do(place: Workplace, request: RunRequest) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Two seeds on one sample, then another sample, then a control and another setting there."""
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    for request in (
        REQUEST,
        replace(REQUEST, seed=1),
        TENTH,
        replace(TENTH, options={"scale": "2"}),
        replace(TENTH, permute="numbers"),
    ):
        do(place, request)
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    return in_use(made, tmp_path, monkeypatch)


def by_title(place: Workplace, title: str, ratio: str) -> Run:
    return next(
        run
        for run in place.store.runs()
        if (run.record.title, run.record.sample.ratio) == (title, ratio)
    )


def bring(place: Workplace, like: Run, model: str = "theirs") -> Run:
    """Another model's scores of the events of a run."""
    import numpy as np
    import pandas as pd

    scored = like.scored()
    noisy = np.clip(scored.score + np.random.default_rng(1).normal(0, 0.1, len(scored.y)), 0, 1)
    import_scores(place, pd.DataFrame({"event": like.events(), "score": noisy}), model)
    return next(run for run in place.store.runs() if run.record.plugin == model)


def titles(named: NamedRuns) -> list[str]:
    return [run.record.title for run in named.runs]


def typed(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["bench", *shlex.split(line)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def test_a_plugin_stands_for_its_newest_setting_and_never_for_a_control(place: Workplace) -> None:
    (cut,) = on_one_sample(place.store, ["cut"])
    assert titles(cut) == ["cut, scale=2, seed 0"]
    assert {run.record.sample.ratio for run in cut.runs} == {"1:10"}
    assert set(cut.others) == {"cut", "cut, numbers permuted"}
    assert "the newest is cut, scale=2" in cut.choice


def test_seeds_are_grouped_on_the_sample_that_all_names_have(place: Workplace) -> None:
    theirs = bring(place, by_title(place, "cut, seed 0", "natural"))
    own, other = on_one_sample(place.store, ["cut", "theirs"])
    assert titles(own) == ["cut, seed 0", "cut, seed 1"]
    assert {run.record.sample.ratio for run in own.runs} == {"natural"}
    assert [run.name for run in other.runs] == [theirs.name]
    assert not own.choice


def test_a_setting_and_a_title_are_names_too(place: Workplace) -> None:
    (plain,) = on_one_sample(place.store, ["cut, seed 1"])
    assert titles(plain) == ["cut, seed 1"]
    (control,) = on_one_sample(place.store, ["cut, numbers permuted"])
    assert titles(control) == ["cut, numbers permuted, seed 0"]


def test_a_folder_and_its_beginning_and_its_end_stand_for_that_run_alone(place: Workplace) -> None:
    first = by_title(place, "cut, seed 0", "natural")
    for name in (first.name, first.name[-12:], str(first.folder)):
        (named,) = on_one_sample(place.store, [name])
        assert [run.name for run in named.runs] == [first.name]
        assert [run.name for run in place.store.pick([name])] == [first.name]


def test_a_folder_says_which_sample_the_others_are_taken_of(place: Workplace) -> None:
    first = by_title(place, "cut, seed 0", "natural")
    bring(place, first)
    _, own = on_one_sample(place.store, [first.name, "theirs"])
    assert own.runs[0].record.sample.fingerprint == first.record.sample.fingerprint


def test_the_newest_run_of_a_name_is_the_one_run_that_it_stands_for(place: Workplace) -> None:
    (newest,) = place.store.pick(["cut"])
    assert newest.record.title == "cut, numbers permuted, seed 0"
    assert len(all_called(place.store, ["cut", newest.name])) == 5


def test_a_name_of_nothing_or_of_failures_alone_is_refused(place: Workplace) -> None:
    with pytest.raises(RequestError, match="no run called 'cat'"):
        on_one_sample(place.store, ["cut", "cat"])
    for seed in (0, 1):
        broken = replace(REQUEST, options={"breaks": "1"}, allow=("B033",), seed=seed)
        with pytest.raises(Exception, match="on purpose"):
            do(place, broken)
    with pytest.raises(RequestError, match="none of the 2 runs called 'cut, breaks=1' ended well"):
        on_one_sample(place.store, ["cut, breaks=1"])


def test_a_command_that_repeats_a_run_finds_it_done(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for title in ("cut, scale=2, seed 0", "cut, numbers permuted, seed 0"):
        asked_for = by_title(place, title, "1:10")
        line = command_of(asked_for.record)
        assert line.startswith("bench run --plugin cut --dataset toy --edition twin --ratio 1:10")
        assert typed(line.removeprefix("bench "), monkeypatch) == 0
        assert f"reused run {asked_for.name}" in capfd.readouterr().err


def test_names_of_runs_are_compared_two_or_more(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    first = by_title(place, "cut, scale=2, seed 0", "1:10")
    bring(place, first)
    assert typed("compare theirs cut", monkeypatch) == 0
    printed = capfd.readouterr()
    assert "first: theirs, run " in printed.out
    assert f"second: cut, scale=2, seed 0, run {first.name}" in printed.out
    assert "not taken: cut; cut, numbers permuted" in printed.err
    assert typed("compare theirs 'cut, seed 0' 'cut, scale=2'", monkeypatch) == 0
    three = capfd.readouterr().out
    assert "Holm over 3 pairs" in three
    assert typed("compare theirs", monkeypatch) == 2
    assert "wanted two runs or more" in capfd.readouterr().err


def test_seeds_are_runs_of_their_own_under_one_table(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert typed("run --model cut --dataset toy --seeds 2", monkeypatch) == 0
    printed = capfd.readouterr()
    assert "| seed 0" in printed.out
    assert "| seed 1" in printed.out
    assert "median (16 to 84 %)" in printed.out
    assert printed.err.count("reused run") == 2
    broken = "run --plugin cut --dataset toy --seeds 2 --set breaks=true --allow B033"
    assert typed(broken, monkeypatch) == 1
    assert capfd.readouterr().err.count("failed: ZeroDivisionError") == 2


def test_model_and_plugin_are_one_option(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert typed("run --plugin cut --model cut --dataset toy --dry-run", monkeypatch) == 0
    capfd.readouterr()
    assert typed("run --plugin cut --model gbt --dataset toy", monkeypatch) == 2
    assert "--plugin and --model are one option: cut or gbt?" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("thing", "lines"),
    [
        ("toy", ["dataset toy: Events out of a generator", "  shift=0.0  ", "runs: 5 on toy"]),
        ("cut", ["model cut: The first feature", "  reads numbers", "  scale=1.0  Of the"]),
        ("numbers", ["encoder numbers: ", "  gives numbers", "  only=()  "]),
    ],
)
def test_a_part_is_shown_with_its_options(
    place: Workplace,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    thing: str,
    lines: list[str],
) -> None:
    assert typed(f"show {thing}", monkeypatch) == 0
    shown = capfd.readouterr().out
    assert [line for line in lines if line not in shown] == []


def test_a_run_is_shown_however_it_ended(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    good = by_title(place, "cut, scale=2, seed 0", "1:10")
    assert typed(f"show {good.name}", monkeypatch) == 0
    shown = capfd.readouterr().out
    assert "| AUC " in shown
    assert "guards looked and found nothing" in shown
    assert command_of(good.record) in shown
    with pytest.raises(Exception, match="on purpose"):
        do(place, replace(REQUEST, options={"breaks": "1"}, allow=("B033",)))
    assert typed("show 'cut, breaks=1'", monkeypatch) == 0
    assert "failed: ZeroDivisionError: on purpose" in capfd.readouterr().out
    assert typed("show cutt", monkeypatch) == 2
    assert "did you mean cut?" in capfd.readouterr().err


def test_the_same_name_twice_is_compared_with_itself(place: Workplace) -> None:
    from bench.workbench.comparison import Comparison

    one, other = on_one_sample(place.store, ["cut", "cut"])
    with pytest.raises(RequestError, match="compared with itself"):
        Comparison.of([one.runs, other.runs])


def test_a_store_that_was_copied_is_picked_from_alike(place: Workplace, tmp_path: Path) -> None:
    """Names tell seconds apart, and a copy keeps when its records were written."""
    shutil.copytree(place.store.root, tmp_path / "copy")
    copy = type(place.store)(tmp_path / "copy")
    assert copy.pick(["cut"])[0].name == place.store.pick(["cut"])[0].name
