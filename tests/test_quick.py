"""Quick runs: on few events, to try things, and marked so wherever they are shown."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from outside_scores import in_use
from own_classifier import opened
from toys import Workplace

from bench.cli.main import main
from bench.report.page import write_report
from bench.running.pipeline import run
from bench.running.study import read_study
from bench.storage.named_runs import on_one_sample
from bench.storage.repeating import command_of
from bench.storage.request import QUICK_EVENTS, QUICK_TRAIN, QUICK_VALID, RunRequest
from bench.storage.store import Run

QUICK = RunRequest(plugin="cut", dataset="toy", quick=True)
FULL = replace(QUICK, quick=False)


def do(place: Workplace, request: RunRequest) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A quick run, a full one, and a quick one of another setting on the events of the full one."""
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    (place.home.data / "toy.txt").write_text("9000 1")
    do(place, QUICK)
    full = do(place, FULL)
    assert full.record.sample
    events = full.record.sample.signal + full.record.sample.background
    do(place, replace(QUICK, options={"scale": "2"}, events=events))
    return place


@pytest.fixture
def place(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    return in_use(made, tmp_path, monkeypatch)


def titled(place: Workplace, title: str) -> Run:
    (one,) = (run for run in place.store.runs() if run.record.title == title)
    return one


def typed(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["bench", *shlex.split(line)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def test_a_quick_run_draws_few_events_and_no_more_than_its_help_says(place: Workplace) -> None:
    record = titled(place, "cut, quick, seed 0").record
    sizes = [one.signal + one.background for one in (record.train, record.valid, record.sample)]
    assert sizes == [QUICK_TRAIN, QUICK_VALID, QUICK_EVENTS]
    full = titled(place, "cut, seed 0").record
    assert full.train.signal + full.train.background > QUICK_TRAIN
    assert "quick" not in full.request  # as in records of before


@pytest.mark.parametrize("command", ["run", "study"])
def test_the_help_says_the_numbers(
    command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert typed(f"{command} --help", monkeypatch) == 0
    shown = " ".join(capfd.readouterr().out.split())
    for said in (f"at most {QUICK_TRAIN} events", f"{QUICK_VALID} of the", f"on {QUICK_EVENTS}"):
        assert said in shown


def test_numbers_that_are_said_are_taken(place: Workplace) -> None:
    record = do(place, replace(QUICK, train_events=300)).record
    assert record.train.signal + record.train.background == 300
    assert record.setting == "cut, train events 300, quick"


def test_it_is_another_run_than_a_full_one_on_the_same_events(place: Workplace) -> None:
    quick = titled(place, "cut, quick, seed 0").record
    small = replace(FULL, train_events=QUICK_TRAIN, valid_events=QUICK_VALID, events=QUICK_EVENTS)
    full = do(place, small).record
    assert not full.quick
    assert full.id != quick.id
    assert full.scores == quick.scores  # which are reused all the same


def test_it_is_marked_in_tables_and_reports(
    place: Workplace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    quick = titled(place, "cut, quick, seed 0")
    assert typed("run --plugin cut --dataset toy --quick", monkeypatch) == 0
    printed = capfd.readouterr()
    assert f"reused run {quick.name}" in printed.err
    assert printed.out.splitlines()[0].endswith(", quick")
    assert typed("list runs", monkeypatch) == 0
    assert "cut, quick, seed 0" in capfd.readouterr().out
    page = write_report(list(place.store.runs()), tmp_path / "report", blank=True).read_text()
    assert "3 runs · 0 void · 0 warned · 0 notes · 2 quick" in page
    assert "2 of 3 runs, which are on few events and only to try things: not to be quoted" in page
    assert "| cut, quick, seed 0 " in page
    assert "scale=2, quick" in page


def test_quick_and_full_runs_are_not_compared_without_saying_so(place: Workplace) -> None:
    b = opened(place)
    said = "Not alike: cut, scale=2, quick is a quick run, on few events and only to try things."
    assert said in str(b.compare("cut", "cut, scale=2, quick"))
    assert said in b.compare("cut", "cut, scale=2, quick")._repr_markdown_()
    other = b.compare("cut, quick", "cut, scale=2, quick", common=True)
    assert "Not alike" not in str(other)


def test_a_name_stands_for_full_runs_where_there_are_some(place: Workplace) -> None:
    (named,) = on_one_sample(place.store, ["cut"])
    assert [run.record.title for run in named.runs] == ["cut, seed 0"]
    (quick,) = on_one_sample(place.store, ["cut, quick"])
    assert [run.record.title for run in quick.runs] == ["cut, quick, seed 0"]


def test_the_command_that_repeats_it_is_as_short_as_it_was(place: Workplace) -> None:
    command = command_of(titled(place, "cut, quick, seed 0").record)
    assert command == "bench run --plugin cut --dataset toy --edition twin --quick"


def test_a_study_is_tried_beside_itself(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "study.toml"
    file.write_text(
        'title = "Cuts"\n[[runs]]\nplugin = "cut"\ndataset = "toy"\n'
        'train_events = [300, 2000, "all"]\nevents = 1500\n'
    )
    requests = read_study(file).quick().runs
    assert [(one.train_events, one.events) for one in requests] == [(300, None), (None, None)]
    assert typed(f"study {file} --quick", monkeypatch) == 0
    assert not (tmp_path / "report.md").exists()
    assert (tmp_path / "quick" / "report.md").read_text().startswith("# Cuts (quick)")


def test_a_run_of_a_study_may_be_quick(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text('[[runs]]\nplugin = "cut"\ndataset = "toy"\nquick = true\n')
    (request,) = read_study(file).runs
    assert request.quick
