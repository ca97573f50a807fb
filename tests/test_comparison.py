"""Paired comparison: the tests against what they have to give, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score
from toys import Workplace

from bench.api.errors import RequestError
from bench.api.scores import Scored
from bench.comparison.groups import letters
from bench.comparison.paired import (
    auc_difference,
    decision_difference,
    holm,
    max_sic_difference,
)
from bench.comparison.table import compare
from bench.report.page import write_report
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Run

REQUEST = RunRequest(plugin="cut", dataset="toy")


def pair(n: int, gain: float, seed: int, *, weighted: bool = False) -> tuple[Scored, Scored]:
    """Two models that share most of what they know; the first knows more by `gain`."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.4).astype(np.int8)
    shared = rng.normal(size=n) + 1.2 * y
    weights = rng.uniform(0.5, 3.0, size=n) if weighted else np.ones(n)
    raw = (shared + gain * y + 0.3 * rng.normal(size=n), shared + 0.3 * rng.normal(size=n))
    one, other = (Scored(y, 1 / (1 + np.exp(-r)), weights, 0.5, seed=seed) for r in raw)
    return one, other


@pytest.mark.parametrize("weighted", [False, True])
def test_the_auc_difference_has_the_spread_of_a_paired_bootstrap(weighted: bool) -> None:
    one, other = pair(1500, 0.1, 3, weighted=weighted)
    difference = auc_difference(one, other)
    gaps = []
    rng = np.random.default_rng(0)
    for _ in range(400):
        rows = np.concatenate(
            [rng.choice(np.flatnonzero(one.y == label), (one.y == label).sum()) for label in (0, 1)]
        )
        areas = [
            roc_auc_score(one.y[rows], s.score[rows], sample_weight=one.weights[rows])
            for s in (one, other)
        ]
        gaps.append(areas[0] - areas[1])
    assert difference.value == pytest.approx(np.mean(gaps), abs=0.002)
    assert (difference.high - difference.low) / (2 * 1.96) == pytest.approx(np.std(gaps), rel=0.15)


def test_where_there_is_no_difference_p_is_uniform() -> None:
    p_values = [auc_difference(*pair(400, 0.0, seed)).p for seed in range(300)]
    assert 0.01 < np.mean(np.array(p_values) < 0.05) < 0.1
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.06)


def test_a_model_is_no_better_than_itself() -> None:
    one, _ = pair(500, 0.0, 1)
    assert auc_difference(one, one).p == 1.0
    assert decision_difference(one, one, 1).p == 1.0
    assert max_sic_difference(one, one).p == 1.0
    assert auc_difference(one, one).needed is None


def test_the_needed_events_tell_the_two_apart_four_times_in_five() -> None:
    few = auc_difference(*pair(100_000, 0.05, 7))
    assert few.needed
    n = int(few.needed / 0.4)
    separated = [auc_difference(*pair(n, 0.05, seed)).p < 0.05 for seed in range(120)]
    assert 0.6 < np.mean(separated) < 0.95


def test_decisions_are_mcnemars() -> None:
    one, other = pair(800, 0.3, 5)
    difference = decision_difference(one, other, 1)
    signal = one.y == 1
    only = [int((a.selected & ~b.selected & signal).sum()) for a, b in ((one, other), (other, one))]
    assert difference.p == pytest.approx(binomtest(only[0], sum(only)).pvalue)
    assert difference.value == pytest.approx((only[0] - only[1]) / signal.sum())
    assert difference.low < difference.value < difference.high


def test_the_maximum_sic_difference_covers_what_is_there() -> None:
    one, other = pair(3000, 0.8, 2)
    difference = max_sic_difference(one, other)
    assert difference.low > 0
    assert difference.p < 0.05
    assert np.isnan(max_sic_difference(*pair(30, 0.1, 1)).p)


def test_holm_is_what_its_author_says() -> None:
    assert holm([0.01, 0.04, 0.03, float("nan")])[:3] == pytest.approx([0.03, 0.06, 0.06])
    assert np.isnan(holm([0.01, float("nan")])[1])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace.at(tmp_path)


def do(place: Workplace, request: RunRequest = REQUEST) -> Run:
    return run(request, place.registry, place.home, place.store, place.context)[0]


def test_two_runs_are_compared_in_a_table_and_in_words(place: Workplace) -> None:
    one, other = do(place), do(place, replace(REQUEST, permute="numbers"))
    text = compare(one, other)
    sample = one.record.sample
    assert f"on the same {sample.signal} signal and {sample.background} background" in text
    assert "AUC: the first is better" in text
    assert "AUC: the second is better" in compare(other, one)
    assert "cut, numbers permuted, seed 0" in text
    with pytest.raises(RequestError, match="with itself"):
        compare(one, one)


def test_another_threshold_on_the_same_roc_is_said_in_words(place: Workplace) -> None:
    text = compare(do(place), do(place, replace(REQUEST, threshold="0.8")))
    assert "AUC: not separable" in text
    assert "another threshold on the same ROC" in text
    assert "same ROC" not in compare(do(place), do(place, replace(REQUEST, permute="numbers")))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"events": 500}, "not the same events"),
        ({"edition": "official"}, "two editions"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    place: Workplace, change: dict[str, object], message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        compare(do(place), do(place, replace(REQUEST, **change)))


def test_other_features_under_one_name_are_refused(place: Workplace) -> None:
    one = do(place)
    sample = replace(one.record.sample, features="another")
    with pytest.raises(RequestError, match=r"features of toy .* have changed"):
        compare(one, Run(one.folder, replace(one.record, sample=sample)))


def test_a_run_that_failed_has_nothing_to_compare(place: Workplace) -> None:
    one = do(place)
    with pytest.raises(RequestError, match="has no scores"):
        compare(one, Run(one.folder, replace(one.record, status="failed")))


def test_runs_that_share_a_letter_cannot_be_told_apart() -> None:
    # 0 and 1 alike, 1 and 2 alike, 0 and 2 apart; 3 apart from all
    apart = [(0, 2), (0, 3), (1, 3), (2, 3)]
    assert letters(4, apart) == ["a", "ab", "b", "c"]
    assert letters(3, []) == ["a", "a", "a"]
    assert letters(2, [(0, 1)]) == ["a", "b"]


def test_letters_agree_with_the_pairs_whatever_they_are() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        n = int(rng.integers(2, 9))
        apart = [(i, j) for i in range(n) for j in range(i + 1, n) if rng.random() < 0.4]
        marks = letters(n, apart)
        for i in range(n):
            for j in range(i + 1, n):
                assert bool(set(marks[i]) & set(marks[j])) == ((i, j) not in apart)


def test_a_report_says_which_runs_can_be_told_apart(place: Workplace, tmp_path: Path) -> None:
    runs = [do(place), do(place, replace(REQUEST, permute="numbers"))]
    runs.append(do(place, replace(REQUEST, threshold="0.6")))  # the very same scores
    page = write_report(runs, tmp_path / "out", blank=True).read_text()
    section = page.partition("## All runs")[0]
    assert "| cut, seed 0 " in section
    assert "| cut, threshold 0.6, seed 0 " in section
    assert "| a       |" in section
    assert "| cut, numbers permuted, seed 0" in section
    assert "Best: cut, seed 0 and cut, threshold 0.6, seed 0." in section  # one model, not two
    assert "Holm over 1 pairs" in section
    (mark,) = [line for line in section.splitlines() if line.startswith("| cut, numbers permuted")][
        :1
    ]
    assert mark.rstrip(" |").endswith("b")
    same = write_report(runs[::2], tmp_path / "same", blank=True).read_text()
    assert "One model's scores, cut at several thresholds." in same
    assert "No winner" not in same
    alone = write_report(runs[1:2], tmp_path / "one", blank=True).read_text()
    assert "| group" not in alone
