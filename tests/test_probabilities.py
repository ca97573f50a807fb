"""Figures of probabilities and working points, against scikit-learn and by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, log_loss, roc_curve
from test_metrics import scored

from bench.api.scores import Scored
from bench.metrics.calibration import CalibrationError, ProperScores
from bench.metrics.decisions import AsimovSignificance, Decisions
from bench.metrics.working_points import FixedFalsePositiveRate


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weighted", [False, True])
def test_equal_to_scikit_learn(weighted: bool, seed: int) -> None:
    s = scored(80 + 200 * seed, 900 - 150 * seed, seed, weighted=weighted)
    keep = {"sample_weight": s.weights}
    estimates = ProperScores().estimate(s) | Decisions().estimate(s)
    expected = {
        "log_loss": log_loss(s.y, np.clip(s.score, 1e-15, 1 - 1e-15), **keep),
        "brier": brier_score_loss(s.y, s.score, **keep),
        "balanced_accuracy": balanced_accuracy_score(s.y, s.score >= 0.5, **keep),
    }
    assert {name: estimates[name].value for name in expected} == pytest.approx(expected, abs=1e-12)
    for name in expected:
        assert estimates[name].low < estimates[name].value < estimates[name].high


def test_the_normal_interval_covers_as_often_as_it_says() -> None:
    exact = np.mean([ProperScores().estimate(scored(seed=i))["brier"].value for i in range(200)])
    briers = [ProperScores().estimate(scored(seed=i))["brier"] for i in range(200)]
    assert 0.9 <= np.mean([e.low <= exact <= e.high for e in briers]) <= 0.99


def test_no_answer_counts_as_one_half() -> None:
    s = scored()
    score = s.score.copy()
    score[:3] = np.nan
    loss = ProperScores().estimate(replace(s, score=score))["log_loss"]
    score[:3] = 0.5
    assert loss.value == ProperScores().estimate(replace(s, score=score))["log_loss"].value
    assert loss.note == "3 events without a verdict count as one half"


def test_calibrated_scores_have_little_calibration_error_and_others_much() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(20_000)
    y = (rng.random(20_000) < p).astype(np.int8)
    good = Scored(y, p, np.ones(20_000), 0.5)
    assert CalibrationError().estimate(good)["calibration_error"].value < 0.012
    bad = CalibrationError().estimate(replace(good, score=p**2))["calibration_error"]
    assert bad.value == pytest.approx(1 / 2 - 1 / 3, abs=0.01)
    assert bad.low < bad.value < bad.high


@pytest.mark.parametrize("rate", [1e-2, 1e-3])
def test_the_efficiency_at_a_false_positive_rate_is_scikit_learns(rate: float) -> None:
    s = scored(2000, 6000)
    fpr, tpr, _ = roc_curve(s.y, s.score, drop_intermediate=False)
    expected = tpr[fpr <= rate + 1e-12].max()
    estimates = FixedFalsePositiveRate().estimate(s)
    tpr_at, sic_at = (estimates[f"{what}_at_fpr_{rate:g}"] for what in ("tpr", "sic"))
    assert tpr_at.value == pytest.approx(expected)
    assert sic_at.value == pytest.approx(expected / np.sqrt(rate))
    assert tpr_at.low <= tpr_at.value <= tpr_at.high
    assert tpr_at.note.endswith("background events left")


def test_a_rate_that_the_sample_does_not_reach_is_a_dash() -> None:
    estimates = FixedFalsePositiveRate().estimate(scored(100, 500))
    assert estimates["tpr_at_fpr_0.001"].value is None
    assert "500 background events do not reach" in estimates["sic_at_fpr_0.001"].note
    assert estimates["tpr_at_fpr_0.01"].value is not None


def counted(signal: int, background: int, uncertainty: float = 0.0) -> float | None:
    """The significance of so many events over the threshold."""
    y = np.repeat([1, 0, 1, 0], [signal, background, 50, 5000]).astype(np.int8)
    score = np.repeat([0.9, 0.1], [signal + background, 5050])
    s = Scored(y, score, np.ones(len(y)), 0.5)
    return AsimovSignificance(uncertainty).estimate(s)["asimov"].value


def test_the_asimov_significance_is_the_papers() -> None:
    assert counted(10, 1000) == pytest.approx(10 / np.sqrt(1000), rel=0.01)
    assert counted(50, 100) == pytest.approx(np.sqrt(2 * (150 * np.log(1.5) - 50)), rel=1e-12)
    assert counted(10, 1000, 0.1) == pytest.approx(10 / np.sqrt(1000 + 100**2), rel=0.01)
    assert counted(50, 100, 1e-6) == pytest.approx(counted(50, 100), rel=1e-3)
    assert counted(10, 0) is None
