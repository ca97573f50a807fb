"""What all models of a report have in common is said once, and in no name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from toys import Workplace

from bench.report import tested as apart
from bench.report.event_sets import event_sets
from bench.report.page import write_report
from bench.report.sections.believe import believe
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run

BASE = RunRequest(plugin="cut", dataset="toy", train_events=200, valid_events=100)
REQUESTS = (
    BASE,
    replace(BASE, permute="numbers"),
    replace(BASE, plugin="random"),
    replace(BASE, ratio="1:10", events=220),
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    place = Workplace.at(tmp_path_factory.mktemp("shared") / "place")
    return [run(r, place.registry, place.home, place.store, place.context)[0] for r in REQUESTS]


def names(runs: list[Run]) -> list[set[str]]:
    return [{setting.name for setting in events.settings} for events in event_sets(runs)]


def said(runs: list[Run]) -> str | None:
    lines = believe(runs, [apart.Tested.of(events) for events in event_sets(runs)])
    return next((line.text for line in lines if line.about == "All models"), None)


def test_a_name_says_what_sets_a_model_apart(runs: list[Run]) -> None:
    assert names(runs) == [{"cut", "cut, numbers permuted", "random"}, {"cut"}]
    assert said(runs) == "train events 200, valid events 100"


def test_the_page_says_it_once(runs: list[Run], tmp_path: Path) -> None:
    page = write_report(runs, tmp_path, blank=True).read_text()
    assert page.count("train events 200") == 1
    assert page.index("Can it be believed?") < page.index("train events 200")


def test_what_one_model_does_not_share_stays_in_all_names(runs: list[Run]) -> None:
    other = replace(runs[0], record=replace(runs[0].record, request={}))
    assert names([runs[1], other])[0] == {
        "cut",
        "cut, numbers permuted, train events 200, valid events 100",
    }
    assert said([runs[1], other]) is None


def test_a_model_alone_keeps_its_name(runs: list[Run]) -> None:
    assert names(runs[:1]) == [{"cut, train events 200, valid events 100"}]
    assert said(runs[:1]) is None


def test_several_samples_of_one_model_are_one_name(runs: list[Run]) -> None:
    assert names([runs[0], runs[3]]) == [{"cut, train events 200, valid events 100"}] * 2
