"""Decisions in place of scores: marked, judged at their threshold, never ranked."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from outside_scores import (
    another_models,
    hard,
    import_scores,
    in_use,
    newest,
    outcomes,
    page,
    with_a_run,
)
from toys import Cut, FittedCut, Workplace

import bench
from bench.comparison.table import compare
from bench.plugins.registry import PluginEntry
from bench.running.pipeline import run
from bench.storage.archive import pack, unpack
from bench.storage.report_contents import PLAIN
from bench.storage.request import RunRequest
from bench.storage.store import Run, Store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return with_a_run(tmp_path_factory.mktemp("made"))


@pytest.fixture
def place(made: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    return in_use(made, tmp_path, monkeypatch)


@pytest.fixture
def own(place: Workplace) -> Run:
    return next(place.store.runs())


@pytest.fixture
def frame(own: Run) -> pd.DataFrame:
    return another_models(own)


def test_decisions_are_never_ranked_against_scores(place: Workplace, frame: pd.DataFrame) -> None:
    import_scores(place, frame, "soft")
    import_scores(place, hard(frame), "cut-off")
    soft, cut_off = newest(place, "soft"), newest(place, "cut-off")
    estimates = cut_off.metrics().estimates
    for name in ("auc", "max_sic", "rejection_0.5", "tpr_at_fpr_0.01", "log_loss"):
        assert estimates[name].value is None
        assert "bare decisions" in estimates[name].note
    assert cut_off.metrics().counts == soft.metrics().counts
    text = compare(soft, cut_off)
    assert "AUC: not defined here (decisions, no scores to rank by)" in text
    assert "correct signal: not separable" in text
    assert "another threshold on the same ROC" not in text
    shown = page(place)
    ranked, _, apart = shown.partition("## Decisions alone: toy (twin), test natural @1562")
    assert "soft" in ranked
    assert "cut-off" not in ranked
    row = next(line for line in apart.splitlines() if line.startswith("| cut-off, decisions !"))
    assert "0.8" in row
    (pair,) = (line for line in apart.splitlines() if "| cut, seed 0" in line and "cut-off" in line)
    assert pair.count(" [") == 2
    assert "one point of a ROC" in apart


def test_decisions_of_opposite_drift_are_not_said_to_share_a_roc(
    place: Workplace, frame: pd.DataFrame
) -> None:
    import_scores(place, frame, "soft")
    lower = frame.assign(score=(frame.score >= 0.3).astype(float))
    import_scores(place, lower, "low")
    text = compare(newest(place, "soft"), newest(place, "low"))
    assert "correct signal: the second is better" in text
    assert "correct background: the first is better" in text
    assert "same ROC" not in text


def test_decisions_alone_in_a_store_have_a_section_of_their_own(
    place: Workplace, frame: pd.DataFrame
) -> None:
    shutil.rmtree(place.store.root)
    import_scores(place, hard(frame), "a")
    import_scores(place, hard(frame).assign(score=(frame.score >= 0.4).astype(float)), "b")
    shown = page(place)
    assert "## Decisions alone: toy (twin), test natural @1562" in shown
    assert "| a, decisions" in shown
    assert "group" not in shown.partition("## All runs")[0]


def test_decisions_stay_decisions_when_they_are_packed_beside_a_report(
    place: Workplace, frame: pd.DataFrame, tmp_path: Path
) -> None:
    import_scores(place, hard(frame))
    pack([newest(place)], PLAIN, tmp_path)
    (again,) = unpack(tmp_path, Store(tmp_path / "unpacked"))
    assert again.scored().bare
    assert again.record.verdicts == newest(place).record.verdicts


@dataclass(frozen=True)
class Stump(Cut):
    """Says 0 or 1 of every event."""

    name = "stump"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedStump:
        return FittedStump(**vars(super().fit(train, valid, context)))

    def load(self, folder: Path, context: bench.Context) -> FittedStump:
        return FittedStump(**vars(super().load(folder, context)))


@dataclass(frozen=True)
class FittedStump(FittedCut):
    """A cut and nothing beside it."""

    def score(self, inputs: bench.Inputs) -> np.ndarray:
        return (super().score(inputs) >= 0.5).astype(np.float64)


def test_a_plugins_own_decisions_are_marked_just_so(place: Workplace) -> None:
    place.add(Stump)
    request = RunRequest(plugin="stump", dataset="toy")
    done, _ = run(request, place.registry, place.home, place.store, place.context)
    assert outcomes(done) == {"B066": "warn"}
    assert done.record.title == "stump, decisions, seed 0"
    assert done.metrics().estimates["auc"].value is None
    assert done.scored().bare
    again, _ = run(
        replace(request, threshold="0.4"), place.registry, place.home, place.store, place.context
    )
    assert again.record.decisions  # of scores that were there
    assert "Decisions alone" in page(place)


@dataclass(frozen=True)
class Yardstick(Stump):
    """A stump that is to know nothing."""

    name = "yardstick"
    depends_on = frozenset()


@pytest.mark.parametrize(("name", "area"), [("always-background", 0.5), ("yardstick", 0.8)])
def test_a_yardstick_that_decides_keeps_its_place_in_the_ranking(
    place: Workplace, name: str, area: float
) -> None:
    entry = PluginEntry(Yardstick, "yardstick", "classifier-bench", "0")
    place.registry.entries[bench.Model]["yardstick"] = entry
    request = RunRequest(plugin=name, dataset="toy")
    done, _ = run(request, place.registry, place.home, place.store, place.context)
    assert not done.record.decisions
    assert done.metrics().estimates["auc"].value == pytest.approx(area, abs=0.1)
