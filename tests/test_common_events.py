"""Runs on other samples of a dataset, compared on the events that they share."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from outside_scores import in_use
from own_classifier import opened
from sklearn.metrics import roc_auc_score
from toys import Workplace

from bench.api.errors import RequestError
from bench.api.scores import Scored
from bench.cli.main import main
from bench.comparison.paired import auc_difference
from bench.comparison.table import compare
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run
from bench.workbench.comparison import Comparison
from bench.workbench.workbench import Workbench

WIDE = RunRequest(plugin="cut", dataset="toy", ratio="1:10")
NARROW = replace(WIDE, ratio="1:1", events=60, options={"scale": "2"})
WHOLE = replace(WIDE, ratio="all-signal", events=200, options={"scale": "3"})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    for request in (NARROW, WHOLE, WIDE, replace(WIDE, seed=1)):
        run(request, place.registry, place.home, place.store, place.context)
    return place


@pytest.fixture
def b(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    return opened(in_use(made, tmp_path, monkeypatch))


def called(b: Workbench, title: str) -> Run:
    (one,) = (run for run in b.store.runs() if run.record.title == title)
    return one


def typed(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["bench", *shlex.split(line)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def test_tests_and_figures_are_those_of_the_shared_events(b: Workbench) -> None:
    wide, narrow = called(b, "cut, seed 0"), called(b, "cut, scale=2, seed 0")
    shared = sorted(set(wide.events().tolist()) & set(narrow.events().tolist()))
    assert 0 < len(shared) < len(wide.events())
    comparison = b.compare(wide, narrow, common=True)
    ((one,), (other,)) = comparison.models
    assert one.events().tolist() == other.events().tolist() == shared
    score_of = dict(zip(wide.events().tolist(), wide.scored().score, strict=True))
    assert one.scored().score.tolist() == [score_of[event] for event in shared]
    auc = comparison.pairs().set_index("figure").loc["AUC"]
    by_hand = auc_difference(one.scored(), other.scored())
    assert abs(auc["difference"]) == pytest.approx(abs(by_hand.value))
    assert auc["p"] == by_hand.p
    signal = one.scored().y == 1
    alone = roc_auc_score(signal, one.scored().score)
    frame = comparison.frame().set_index("model")
    assert frame.loc["cut, seed 0", "AUC"] == pytest.approx(alone)


def test_it_is_said_how_many_events_are_shared_and_left_out(b: Workbench) -> None:
    wide, narrow = called(b, "cut, seed 0"), called(b, "cut, scale=2, seed 0")
    text = str(b.compare(wide, narrow, common=True))
    shared = len(np.intersect1d(wide.events(), narrow.events()))
    extra = [len(run.events()) - shared for run in (wide, narrow)]
    assert f"{shared} events are shared by all; left out: {extra[0]} of " in text
    assert f" (cut, seed 0); {extra[1]} of {len(narrow.events())} (cut, scale=2, seed 0)." in text
    assert f"test shared @{shared}" in text


def test_seeds_and_weights_by_class_stay_together(b: Workbench, tmp_path: Path) -> None:
    three = b.compare("cut", "cut, scale=2", "cut, scale=3", common=True)
    assert [len(runs) for runs in three.models] == [2, 1, 1]
    assert len({tuple(run.scored().weights) for runs in three.models for run in runs}) == 1
    shown = three._repr_markdown_()
    assert "events are shared by all" in shown.split("\n\n")[1]
    assert "shared @" in three.report(tmp_path / "report").read_text()
    assert len(three.frame()) == 3


def test_without_it_other_events_are_refused_and_the_way_out_is_named(
    b: Workbench, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    names = f"{called(b, 'cut, seed 0').name} {called(b, 'cut, scale=2, seed 0').name}"
    assert typed(f"compare {names}", monkeypatch) == 2
    refusal = capfd.readouterr().err
    assert "not the same events" in refusal
    (command,) = re.findall(r"`bench (.*)` compares them on the \d+ that they share", refusal)
    assert command == f"compare {names} --common"
    assert typed(command, monkeypatch) == 0
    assert "events are shared by all" in capfd.readouterr().out


def test_names_stand_for_runs_on_one_dataset(
    b: Workbench, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert typed("compare 'cut, scale=3' 'cut, scale=2' cut --common", monkeypatch) == 0
    assert "Holm over 3 pairs" in capfd.readouterr().out


class OtherEvents(Run):
    """A run of which no event is another's."""

    def events(self, sample: str = "evaluated") -> NDArray[np.uint64]:
        return super().events(sample) + np.uint64(1)


class OtherLabels(Run):
    """A run to which signal is background."""

    def scored(self, sample: str = "evaluated") -> Scored:
        scored = super().scored(sample)
        return replace(scored, y=1 - scored.y)


class OtherWeights(Run):
    """A run that weights its events one by one."""

    def scored(self, sample: str = "evaluated") -> Scored:
        scored = super().scored(sample)
        return replace(scored, weights=scored.weights * np.arange(1, len(scored.y) + 1))


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        (OtherEvents, "no event is shared by"),
        (OtherLabels, "have other labels of an event"),
        (OtherWeights, "weight the events that they share in other ways"),
    ],
)
def test_runs_that_do_not_share_events_labels_and_weights_are_refused(
    b: Workbench, kind: type[Run], refusal: str
) -> None:
    wide, narrow = called(b, "cut, seed 0"), called(b, "cut, scale=2, seed 0")
    strange = kind(narrow.folder, narrow.record)
    with pytest.raises(RequestError, match=refusal):
        Comparison.of([[wide], [strange]], common=[])
    if kind is OtherEvents:
        with pytest.raises(RequestError, match="not the same events; none is shared"):
            compare(wide, strange)


def test_the_same_events_are_compared_as_ever(b: Workbench) -> None:
    one, other = called(b, "cut, seed 0"), called(b, "cut, seed 1")
    assert str(b.compare(one, other, common=True)) == str(b.compare(one, other))
