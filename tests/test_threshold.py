"""Thresholds chosen on the valid split, and operating points of one ROC."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm
from test_metrics import scored
from toys import Workplace

from bench.api.errors import RequestError
from bench.comparison.binormal import OperatingPoint, fit_binormal
from bench.metrics.threshold import choose, demand_threshold
from bench.running.pipeline import run
from bench.storage.request import RunRequest

DIARY = Path(__file__).parents[1].parent / "shared" / "data" / "diary_operating_points.csv"


def test_a_number_is_itself() -> None:
    assert choose("0.25", scored()) == 0.25


@pytest.mark.parametrize("threshold", ["1.5", "half", "fpr=2", "fpr=x", "best", "nan", ""])
def test_a_threshold_that_says_nothing_is_refused(threshold: str) -> None:
    with pytest.raises(RequestError, match="wanted a number from 0 to 1"):
        demand_threshold(threshold)


def test_a_rate_is_kept_as_nearly_as_the_scores_allow() -> None:
    valid = scored(2000, 6000)
    at = choose("fpr=0.01", valid)
    background = valid.score[valid.y == 0]
    assert np.mean(background >= at) <= 0.01
    lower = valid.score[valid.score < at].max()
    assert np.mean(background >= lower) > 0.01


def test_the_best_sic_leaves_enough_background() -> None:
    valid = scored(2000, 6000)
    passed = valid.score[valid.y == 0] >= choose("best-sic", valid)
    assert passed.sum() >= 25
    with pytest.raises(RequestError, match="too few"):
        choose("best-sic", scored(50, 20))


def test_a_threshold_at_the_floor_is_noticed() -> None:
    said: list[str] = []
    sharp = scored(2000, 2000)
    sharp = replace(sharp, score=np.clip(sharp.score + sharp.y, 0, 1))
    choose("best-sic", sharp, said.append)
    assert len(said) == 1
    assert "stands at ε_B 0.013, the least that leaves 25 background events" in said[0]
    choose("fpr=0.01", sharp, said.append)
    blunt = replace(sharp, score=np.round(sharp.y * 0.2 + np.arange(4000) / 4000 * 0.5, 1))
    choose("best-sic", blunt, said.append)
    assert len(said) == 1


def test_a_run_takes_its_threshold_from_the_valid_split(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    request = RunRequest(plugin="cut", dataset="toy", threshold="fpr=0.1")
    done, _ = run(request, place.registry, place.home, place.store, place.context)
    assert done.record.request["threshold"] == "fpr=0.1"
    assert done.record.threshold == choose("fpr=0.1", done.scored("valid"))
    counts = done.metrics().counts
    assert counts.false_signal / counts.background == pytest.approx(0.1, abs=0.04)
    with pytest.raises(RequestError, match="no threshold"):
        run(replace(request, threshold="x"), place.registry, place.home, place.store, place.context)


def points(n: int, seed: int, *, shift: float = 0.0) -> list[OperatingPoint]:
    """Points of z(TPR) = 2 + 0.8 z(FPR); every other one off it by `shift`."""
    rng = np.random.default_rng(seed)
    z = rng.uniform(-2.2, -0.5, size=n)
    true = norm.cdf(2 + 0.8 * z + shift * (np.arange(n) % 2))
    return [
        OperatingPoint(int(rng.binomial(800, t)), 800, int(rng.binomial(7200, f)), 7200)
        for t, f in zip(true, norm.cdf(z), strict=True)
    ]


def test_points_of_one_roc_are_found_to_be_on_it() -> None:
    fits = [fit_binormal(points(20, seed)) for seed in range(60)]
    assert np.mean([f.a for f in fits]) == pytest.approx(2, abs=0.03)
    assert np.mean([f.b for f in fits]) == pytest.approx(0.8, abs=0.02)
    assert np.mean([f.chi2 / f.dof for f in fits]) == pytest.approx(1, abs=0.12)
    assert np.mean([f.p < 0.05 for f in fits]) < 0.12
    assert fits[0].auc == pytest.approx(norm.cdf(2 / np.sqrt(1.64)), abs=0.01)
    assert "by their threshold alone" in fits[0].sentence


def test_points_of_two_rocs_are_told_apart() -> None:
    fit = fit_binormal(points(20, 0, shift=0.4))
    assert fit.p < 0.001
    assert "not one classifier" in fit.sentence
    with pytest.raises(ValueError, match="at least 3"):
        fit_binormal(points(2, 0))


def test_the_diarys_points_at_1_to_10_are_one_roc() -> None:
    if not DIARY.is_file():
        pytest.skip("the diary's operating points are not on this machine")
    with DIARY.open(newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if r["evaluation_set"].startswith("1:10 @8000")]
    points = [
        OperatingPoint(
            int(r["true_signal"]),
            int(r["signal"]),
            int(r["background"]) - int(r["true_background"]),
            int(r["background"]),
        )
        for r in rows
        if r["date"] >= "2025-10-20"
    ]
    fit = fit_binormal(points)
    assert fit.points >= 20
    assert fit.auc == pytest.approx(0.965, abs=0.005)
    assert fit.chi2 / fit.dof < 1.5
