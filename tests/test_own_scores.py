"""Scores of a classifier of one's own, brought from Python with what is known of its fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from outside_scores import in_use
from own_classifier import Logistic, opened
from toys import Workplace

from bench.api.errors import InputError, RequestError
from bench.data.used_events import FILE, UsedEvents
from bench.report.validation import validations
from bench.running.failures import VoidedRunError
from bench.storage.archive import pack, unpack
from bench.storage.report_contents import Contents
from bench.storage.store import Store
from bench.workbench.events import Events
from bench.workbench.result import Result
from bench.workbench.workbench import Workbench


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace.at(tmp_path_factory.mktemp("made"))
    opened(place).run("cut", "toy", ratio="1:10", seeds=2)
    return place


@pytest.fixture
def b(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    return opened(in_use(made, tmp_path, monkeypatch))


@pytest.fixture(scope="module")
def ev(made: Workplace) -> Events:
    return opened(made).events("toy", ratio="1:10")


def test_scores_of_ones_own_are_kept_with_what_is_known_of_their_fit(
    b: Workbench, ev: Events
) -> None:
    (mine,) = b.score("mine", Logistic(), ev, options="by hand")
    record = mine.record
    assert (record.train, record.valid, record.sample) == tuple(ev.samples.records.values())
    assert record.outside.lacks == []
    assert record.title == "mine, by hand"
    used = UsedEvents.read(mine.folder)
    assert FILE in record.files
    assert set(used.trained) == set(ev.train["event"])
    assert set(used.chosen) == set(ev.valid["event"])
    assert list(mine.events("valid")) == list(ev.valid["event"])
    seen = {v.code for v in record.verdicts if not v.skipped}
    assert {"B001", "B062", "B064", "B065"} <= seen
    assert not [v for v in record.verdicts if v.findings]


def test_the_same_scores_are_one_run_however_they_come(b: Workbench, ev: Events) -> None:
    mine = b.score("mine", Logistic(), ev)
    by_event = {
        int(event): score
        for frame in (ev.train, ev.valid, ev.test)
        for event, score in zip(
            frame["event"], Logistic().predict_proba(frame[ev.features])[:, 1], strict=True
        )
    }
    for scores in (by_event, pd.Series(by_event), {str(k): v for k, v in by_event.items()}):
        assert b.score("mine", scores, ev).runs[0].name == mine.runs[0].name
    tested = {event: by_event[event] for event in ev.test["event"]}
    without_valid = b.score("mine", tested, ev)
    assert without_valid.runs[0].name != mine.runs[0].name
    assert without_valid.runs[0].record.outside.lacks == ["scores of a valid split"]
    assert set(without_valid.scores["sample"]) == {"evaluated"}


def test_another_fit_with_the_same_test_scores_is_another_run(b: Workbench, ev: Events) -> None:
    first = b.score("mine", Logistic(), ev)
    others = b.score("mine", Logistic(), ev, trained_on=ev.train["event"][:100])
    assert others.runs[0].name != first.runs[0].name
    assert others.runs[0].record.train is None
    assert others.runs[0].record.outside.lacks == ["the train sample"]


def test_weights_of_a_sample_are_those_that_it_was_drawn_with(b: Workbench) -> None:
    every = b.events("toy", ratio="all-signal", events=100)
    assert set(every.test["weight"]) != {1.0}
    mine = b.score("mine", Logistic(), every)
    assert sorted(mine.runs[0].scored().weights) == sorted(every.test["weight"])


def test_what_a_guard_finds_in_ones_own_scores_voids_them(b: Workbench, ev: Events) -> None:
    with pytest.raises(VoidedRunError, match="B061 inverted") as wrong_way:
        b.score("mine", Logistic(rising=False), ev)
    assert Result((wrong_way.value.run,)).findings["code"].iloc[0] == "B061"
    leaked = [*ev.train["event"], ev.test["event"][0]]
    with pytest.raises(VoidedRunError, match=r"B001 trained-on: 1 of the \d+ events"):
        b.score("mine", Logistic(), ev, trained_on=leaked)
    let_through = b.score("mine", Logistic(), ev, trained_on=leaked, allow=["B001"])
    assert list(let_through.findings["outcome"]) == ["allowed"]


def test_events_that_are_not_scored_are_missed(b: Workbench, ev: Events) -> None:
    scores = dict(
        zip(ev.test["event"], Logistic().predict_proba(ev.test[ev.features])[:, 1], strict=True)
    )
    few = dict(list(scores.items())[5:])
    (mine,) = b.score("mine", few, ev)
    assert [v.code for v in mine.record.verdicts if v.findings] == ["B065"]
    assert (mine.record.sample.split, len(mine.events())) == ("outside", len(scores) - 5)


def test_a_classifier_of_scikit_learn_is_given_what_it_was_fitted_on(
    b: Workbench, ev: Events
) -> None:
    from sklearn.linear_model import LogisticRegression

    y = ev.train["label"]
    for x in (ev.train[ev.features], ev.train[ev.features].to_numpy(), ev.train[["mass"]]):
        assert len(b.score("straight", LogisticRegression().fit(x, y), ev)) == 1
    with pytest.raises(InputError, match="fitted on label, no feature of these events"):
        b.score("leak", LogisticRegression().fit(ev.train[["mass", "label"]], y), ev)
    with pytest.raises(InputError, match=r"for the classes \[2, 3\]; wanted"):
        b.score("other", LogisticRegression().fit(ev.train[ev.features], y + 2), ev)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([0.1, 0.2], "list has no predict_proba"),
        ({1: 0.5}, "1 of 1 scores are of events that are not among these"),
        ({"x": 0.5}, "an event id that is not a whole number"),
        ({}, "none of the 0 scores"),
    ],
)
def test_scores_that_make_no_sense_are_refused(
    b: Workbench, ev: Events, scores: object, message: str
) -> None:
    before = len(list(b.store.runs()))
    with pytest.raises(InputError, match=message):
        b.score("mine", scores, ev)
    with pytest.raises(InputError, match="1 of 1 scores outside 0 to 1"):
        b.score("mine", {ev.test["event"][0]: 1.5}, ev)
    assert len(list(b.store.runs())) == before


def test_seeds_of_ones_own_are_grouped(b: Workbench, ev: Events) -> None:
    for seed in (0, 1):
        noise = np.random.default_rng(seed).normal(0, 0.01, len(ev.test))
        score = np.clip(Logistic().predict_proba(ev.test[ev.features])[:, 1] + noise, 0, 1)
        b.score("mine", pd.Series(score, ev.test["event"]), ev, seed=seed)
    assert len(b.runs("mine")) == 2
    assert replace(b.runs("mine").runs[0].record, seed=1).setting == "mine"


@pytest.mark.parametrize(
    ("name", "threshold", "message"),
    [
        ("cut", 0.5, "is an installed plugin's"),
        (" ", 0.5, "is no name"),
        ("mine", 2, "wanted 0 to"),
    ],
)
def test_a_name_that_is_taken_and_what_is_no_threshold_are_refused(
    b: Workbench, ev: Events, name: str, threshold: float, message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        b.score(name, Logistic(), ev, threshold=threshold)


def test_what_is_known_of_the_valid_split_goes_where_that_of_runs_goes(
    b: Workbench, ev: Events, tmp_path: Path
) -> None:
    (mine,) = b.score("mine", Logistic(), ev)
    (split,) = validations([*b.runs("cut"), mine])
    assert {one.plugin for one in split.candidates} == {"cut", "mine"}
    pack([mine], Contents(), tmp_path / "report")
    (again,) = unpack(tmp_path / "report", Store(tmp_path / "elsewhere"))
    assert list(again.events("valid")) == list(mine.events("valid"))
    assert np.array_equal(again.scored("valid").score, mine.scored("valid").score)


def test_a_classifier_that_is_not_fitted_is_refused(b: Workbench, ev: Events) -> None:
    from sklearn.linear_model import LogisticRegression

    with pytest.raises(InputError, match=r"LogisticRegression is not fitted; fit it on ev\.train"):
        b.score("mine", LogisticRegression(), ev)
