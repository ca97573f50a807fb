"""Metrics against scikit-learn, and their intervals against repeated samples."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

from bench.api.scores import Scored
from bench.metrics.curve import Ranking
from bench.metrics.decisions import Decisions, SignificanceImprovement
from bench.metrics.ranking import AreaUnderCurve, MaximumSic, Rejection
from bench.metrics.working_points import FixedFalsePositiveRate


def scored(
    signal: int = 500, background: int = 1500, seed: int = 0, *, weighted: bool = False
) -> Scored:
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [signal, background]).astype(np.int8)
    raw = rng.normal(loc=np.where(y == 1, 0.8, -0.8))
    score = np.round(1 / (1 + np.exp(-raw)), 2)  # with ties
    weights = rng.uniform(0.5, 2.0, len(y)) if weighted else np.ones(len(y))
    return Scored(y=y, score=score, weights=weights, threshold=0.5)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weighted", [False, True])
def test_equal_to_scikit_learn(weighted: bool, seed: int) -> None:
    s = scored(80 + 200 * seed, 900 - 150 * seed, seed, weighted=weighted)
    called = s.score >= 0.5
    estimates = Decisions().estimate(s) | AreaUnderCurve().estimate(s)
    keep = {"sample_weight": s.weights}
    expected = {
        "auc": roc_auc_score(s.y, s.score, **keep),
        "accuracy": accuracy_score(s.y, called, **keep),
        "precision_signal": precision_score(s.y, called, **keep),
        "f1_signal": f1_score(s.y, called, **keep),
        "f1_background": f1_score(1 - s.y, ~called, **keep),
        "precision_background": precision_score(1 - s.y, ~called, **keep),
        "recall_signal": recall_score(s.y, called, **keep),
        "recall_background": recall_score(1 - s.y, ~called, **keep),
        "balanced_accuracy": balanced_accuracy_score(s.y, called, **keep),
    }
    assert {name: estimates[name].value for name in expected} == pytest.approx(expected, abs=1e-12)
    assert estimates["recall_signal"].method == ("beta rates" if weighted else "Clopper-Pearson")


def test_sic_and_rejection_against_the_roc_of_scikit_learn() -> None:
    s = scored()
    fpr, tpr, thresholds = roc_curve(s.y, s.score, drop_intermediate=False)
    at = np.flatnonzero(thresholds >= 0.5)[-1]
    sic = SignificanceImprovement().estimate(s)["sic"]
    assert sic.value == pytest.approx(tpr[at] / np.sqrt(fpr[at]), abs=1e-12)
    enough = fpr * 1500 >= 25 - 1e-9
    best = MaximumSic().estimate(s)["max_sic"]
    assert best.value == pytest.approx((tpr[enough] / np.sqrt(fpr[enough])).max(), abs=1e-12)
    assert best.note.startswith("floor 25")
    half = Rejection().estimate(s)["rejection_0.5"]
    assert half.value == pytest.approx(1 / fpr[tpr >= 0.5][0], abs=1e-12)


def test_an_event_without_an_answer_is_wrong_and_never_selected() -> None:
    s = scored(4, 4)
    score = np.array([0.9, 0.9, np.nan, 0.1, 0.1, 0.1, np.nan, 0.9])
    s = Scored(y=s.y, score=score, weights=s.weights, threshold=0.5)
    counts = s.counts()
    assert (counts.true_signal, counts.signal, counts.unjudged) == (2, 4, 2)
    estimates = Decisions().estimate(s)
    assert estimates["accuracy"].value == pytest.approx(4 / 8)
    assert estimates["recall_background"].value == pytest.approx(2 / 4)
    ranked_last = np.where(np.isnan(score), -1.0, score)
    assert AreaUnderCurve().estimate(s)["auc"].value == pytest.approx(
        roc_auc_score(s.y, ranked_last)
    )


@pytest.mark.parametrize(("signal", "background"), [(50, 0), (0, 500)])
def test_with_one_class_there_is_no_figure_of_both(signal: int, background: int) -> None:
    s = scored(signal, background)
    for metric in (AreaUnderCurve(), MaximumSic(), Rejection(), SignificanceImprovement()):
        assert all(one.value is None for one in metric.estimate(s).values())
    assert Decisions().estimate(s)["accuracy"].value is not None


def test_a_figure_that_is_not_defined_is_a_dash_with_a_reason() -> None:
    s = scored(50, 0)
    perfect = Scored(
        y=s.y.repeat(2) * np.array([0, 1] * 50, np.int8),
        score=np.array([0.0, 1.0] * 50),
        weights=np.ones(100),
        threshold=0.5,
    )
    sic = SignificanceImprovement().estimate(perfect)["sic"]
    assert (sic.value, sic.note) == (None, "no background event passes")
    at_it = MaximumSic().estimate(perfect)["max_sic"]
    assert at_it.note.endswith("at the floor: more background events may show more")
    few = MaximumSic(floor="51").estimate(perfect)["max_sic"]
    assert (few.value, few.note) == (None, "no threshold leaves 51 background events")


def test_eleven_signal_events_are_told_by_their_interval() -> None:
    s = scored(11, 7989)
    recall = Decisions().estimate(s)["recall_signal"]
    assert recall.method == "Clopper-Pearson"
    assert recall.high - recall.low > 0.3


def test_an_area_at_the_edge_has_an_open_end() -> None:
    y = np.repeat([1, 0], [20, 30]).astype(np.int8)
    for score, value in ((y * 1.0, 1.0), (1.0 - y, 0.0)):
        auc = AreaUnderCurve().estimate(Scored(y, score, np.ones(50), 0.5))["auc"]
        assert auc.value == value
        assert 0.05 < auc.high - auc.low < 0.5
        assert auc.low <= value <= auc.high


@pytest.mark.parametrize("weighted", [False, True])
def test_weighted_curves_against_the_roc_of_scikit_learn(weighted: bool) -> None:
    for seed in range(5):
        s = scored(300, 900, seed, weighted=weighted)
        fpr, tpr, _ = roc_curve(s.y, s.score, sample_weight=s.weights, drop_intermediate=False)
        estimates = Rejection().estimate(s) | FixedFalsePositiveRate().estimate(s)
        assert estimates["rejection_0.5"].value == pytest.approx(1 / fpr[tpr >= 0.5][0], abs=1e-12)
        assert estimates["tpr_at_fpr_0.01"].value == pytest.approx(
            tpr[fpr <= 0.01].max(), abs=1e-12
        )


@pytest.mark.parametrize("weighted", [False, True])
def test_the_corners_of_a_curve_are_all_that_its_figures_need(weighted: bool) -> None:
    s = scored(60, 900, weighted=weighted)
    ranking = Ranking.of(s)
    whole, corners = ranking.curve(), ranking.corners()
    assert len(corners.left) < len(whole.left)
    for efficiency in (0.1, 0.3, 0.5, 0.9):
        assert corners.background_at(efficiency)[0] == whole.background_at(efficiency)[0]
        assert corners.signal_at(efficiency)[0] == whole.signal_at(efficiency)[0]


def test_curves_that_might_be_lie_about_the_one_seen() -> None:
    s = scored(200, 600, weighted=True)
    ranking = Ranking.of(s)
    dark, bright = ranking.drawn(lambda c: np.array([c.background_at(0.5)[0]]), 0)
    seen = ranking.curve().background_at(0.5)[0]
    assert bright.mean() < dark.mean()
    assert np.mean([bright.mean(), dark.mean()]) == pytest.approx(seen, rel=0.1)
