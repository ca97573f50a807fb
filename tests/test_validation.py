"""The choice among settings by the valid split alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from test_learning import FittedSum
from test_report import rows
from toys import Cut, Workplace

import bench
from bench.report.markdown import markdown
from bench.report.page import write_report
from bench.report.sections.validation import validation_section
from bench.report.validation import validations
from bench.running.pipeline import run
from bench.storage.report_contents import Contents
from bench.storage.request import RunRequest
from bench.storage.store import Store


@dataclass(frozen=True)
class Noisy(Cut):
    """A cut with as much noise as asked for, and a little of its seed."""

    name = "noisy"
    noise: float = 0.0

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedSum:
        cut = super().fit(train, valid, context)
        return FittedSum(cut, self.noise * (1 + context.seed / 50))

    def load(self, folder: Path, context: bench.Context) -> FittedSum:
        return FittedSum(super().load(folder, context), float((folder / "noise.txt").read_text()))


BASE = RunRequest(plugin="noisy", dataset="toy", ratio="1:1")
NOISES = ("0.0", "0.2", "3.0")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    place = Workplace.at(tmp_path_factory.mktemp("validation") / "place")
    place.add(Noisy)
    for seed in range(3):
        for noise in NOISES:
            request = replace(BASE, options={"noise": noise}, seed=seed)
            run(request, place.registry, place.home, place.store, place.context)
    elsewhere = replace(BASE, options={"noise": "0.2"}, ratio="1:10", events=220)
    for request in (elsewhere, replace(BASE, plugin="cut")):
        run(request, place.registry, place.home, place.store, place.context)
    return place.store


def test_every_setting_is_judged_by_the_auc_of_its_valid_scores(store: Store) -> None:
    (validation,) = validations(list(store.runs()))
    by_title = {one.title: one for one in validation.candidates}
    assert len(by_title) == len(NOISES) + 1
    for noise in NOISES:
        runs = [
            run
            for run in store.runs()
            if run.record.options == f"noise={noise}" and run.record.request["ratio"] == "1:1"
        ]
        aucs = sorted(roc_auc_score(s.y, s.score) for s in (run.scored("valid") for run in runs))
        candidate = by_title[f"noisy, noise={noise}"]
        values = [estimate.value for estimate, _ in candidate.by_seed]
        assert values == pytest.approx(aucs), "scoring other events too adds no seed"
        assert candidate.auc.value == pytest.approx(np.median(aucs))


def test_the_choice_names_the_best_and_what_cannot_be_told_from_it(store: Store) -> None:
    page = markdown(validation_section(validations(list(store.runs()))))
    settings = [row["model"] for row in rows(page)]
    assert settings.index("noisy, noise=3.0") == len(settings) - 1
    choice = page.partition("Best of noisy: ")[2]
    assert choice, "the plugin with several settings has a choice"
    assert "noise=3.0" not in choice, "a setting that is clearly worse cannot be equal"
    assert "Best of cut" not in page, "one setting is no choice"


def test_the_difference_is_from_the_best_of_the_plugin(store: Store) -> None:
    (validation,) = validations(list(store.runs()))
    best, *_, worst = validation.of("noisy")
    row = rows(markdown(validation_section([validation])))[-1]
    gap = (worst.auc.value or 0) - (best.auc.value or 0)
    assert float(row["difference from the plugin's best"].partition(" ")[0]) == pytest.approx(
        gap, abs=6e-5
    )


def test_the_report_has_it_on_demand_alone(store: Store, tmp_path: Path) -> None:
    runs = list(store.runs())
    for contents, shown in ((Contents(), False), (Contents(by_valid=True), True)):
        page = write_report(runs, tmp_path / str(shown), contents, blank=True).read_text()
        assert ("By the valid split" in page) is shown


def test_test_events_have_no_part_in_it(store: Store) -> None:
    ones = [run for run in store.runs() if run.record.request["ratio"] == "1:1"]
    tenths = [run for run in store.runs() if run not in ones]
    assert len(tenths) == 1
    (with_tenth,), (without,) = validations([*ones, *tenths]), validations(ones)
    assert [one.title for one in with_tenth.candidates] == [one.title for one in without.candidates]
    assert with_tenth.candidates[0].auc == without.candidates[0].auc
