"""Figures of a few events that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import erfc, log, sqrt
from pathlib import Path

import numpy as np
import pytest
from test_metrics import scored
from toys import Workplace

from bench.api.scores import Scored
from bench.comparison.binormal import BinormalFit, OperatingPoint
from bench.comparison.groups import pairs
from bench.comparison.paired import Difference, auc_difference, decision_difference
from bench.comparison.points import _sic, separable_pairs
from bench.comparison.shift import shift_between
from bench.comparison.table import compare, drifted, sentence
from bench.metrics.calibration import CalibrationError
from bench.metrics.decisions import Decisions, SignificanceImprovement
from bench.metrics.sculpting import MassSculpting
from bench.running.pipeline import run
from bench.storage.request import RunRequest


def balanced_rows(signal: str, background: str, threshold: float = 0.5) -> Scored:
    """Events of each class with scores of one digit, `-` being no answer."""
    score = [np.nan if c == "-" else int(c) / 10 for c in signal + background]
    y = np.repeat([1, 0], [len(signal), len(background)]).astype(np.int8)
    return Scored(y, np.array(score), np.ones(len(y)), threshold)


def test_the_sic_of_two_points_is_compared_on_its_logarithm() -> None:
    one, other = OperatingPoint(60, 100, 30, 1000), OperatingPoint(45, 110, 40, 1200)
    gap = log(60.5 / 101) - log(30.5 / 1001) / 2 - log(45.5 / 111) + log(40.5 / 1201) / 2
    variance = 1 / 60.5 - 1 / 101 + 1 / 45.5 - 1 / 111
    variance += (1 / 30.5 - 1 / 1001 + 1 / 40.5 - 1 / 1201) / 4
    assert _sic(one, other) == pytest.approx(erfc(abs(gap) / sqrt(2 * variance)))
    assert _sic(one, other) == _sic(other, one)
    assert _sic(one, one) == 1.0


def test_pairs_of_points_are_counted_alone_and_together() -> None:
    """Ten pairs; those of the fifth are clear, one other is so alone and not among ten."""
    points = [OperatingPoint(n, 100, 50, 1000) for n in (50, 52, 65, 55, 95)]
    signal, background, sic = separable_pairs(points)
    assert (signal.what, signal.pairs, signal.alone, signal.together) == ("ε_S", 10, 5, 4)
    assert (background.what, background.alone) == ("ε_B", 0)
    assert sic.what == "SIC"
    assert sic.alone >= sic.together


def test_mcnemars_test_of_five_against_none() -> None:
    one, other = balanced_rows("99999555", "111"), balanced_rows("11111555", "999")
    difference = decision_difference(one, other, 1)
    assert (difference.value, difference.p) == (5 / 8, 2 / 2**5)
    half = 1.959963984540054 * sqrt(5 - 25 / 8) / 8
    assert (difference.low, difference.high) == pytest.approx((5 / 8 - half, 5 / 8 + half))
    assert difference.method == "McNemar, 5 against 0"
    against = decision_difference(other, one, 1)
    assert (against.value, against.p, against.method) == (-5 / 8, 2 / 2**5, "McNemar, 0 against 5")
    background = decision_difference(one, other, 0)
    assert (background.value, background.p, background.needed) == (1.0, 2 / 2**3, None)
    nothing = decision_difference(balanced_rows("99", ""), balanced_rows("11", ""), 0)
    assert np.isnan(nothing.p)
    assert (nothing.what, nothing.method) == ("correct background", "no such event")


def test_an_event_without_an_answer_is_decided_wrongly_in_a_paired_test() -> None:
    one, other = balanced_rows("9999", "1111"), balanced_rows("---9", "-111")
    assert decision_difference(one, other, 1).method == "McNemar, 3 against 0"
    assert decision_difference(one, other, 0).method == "McNemar, 1 against 0"


def test_delongs_variance_of_a_few_events() -> None:
    """Each signal event above four background ones, with ties as halves."""
    one, other = balanced_rows("987", "7421"), balanced_rows("914", "7421")
    gap = auc_difference(one, other)
    areas = [(4 + 4 + 3.5) / 12, (4 + 0.5 + 2.5) / 12]
    assert gap.value == pytest.approx(areas[0] - areas[1])
    signal = np.array([1 - 1, 1 - 0.125, 0.875 - 0.625])
    background = np.array([2.5 - 1, 3 - 1.5, 3 - 2, 3 - 2.5]) / 3
    variance = signal.var(ddof=1) / 3 + background.var(ddof=1) / 4
    assert gap.high - gap.value == pytest.approx(1.959963984540054 * sqrt(variance))
    needed = 3 * ((1.959963984540054 + 0.8416212335729143) ** 2 * variance / gap.value**2)
    assert gap.needed == int(np.ceil(needed))


def test_weights_even_in_one_class_leave_its_rate_exact() -> None:
    s = scored(40, 60)
    uneven = np.where(s.y == 0, np.linspace(1, 2, 100), 3.0)
    estimates = Decisions().estimate(replace(s, weights=uneven))
    assert estimates["recall_signal"].method == "Clopper-Pearson"
    assert estimates["recall_background"].method == "beta rates"
    assert estimates["accuracy"].method == "beta rates"
    turned = np.where(s.y == 1, np.linspace(1, 2, 100), 3.0)
    estimates = Decisions().estimate(replace(s, weights=turned))
    assert estimates["recall_signal"].method == "beta rates"
    assert estimates["recall_background"].method == "Clopper-Pearson"


def test_decisions_of_ten_events() -> None:
    s = balanced_rows("9994-", "91111")
    values = {name: e.value for name, e in Decisions().estimate(s).items()}
    assert values == pytest.approx(
        {
            "accuracy": 7 / 10,
            "balanced_accuracy": (3 / 5 + 4 / 5) / 2,
            "precision_signal": 3 / 4,
            "recall_signal": 3 / 5,
            "f1_signal": 2 / (4 / 3 + 5 / 3),
            "precision_background": 4 / 5,
            "recall_background": 4 / 5,
            "f1_background": 4 / 5,
        }
    )
    sic = SignificanceImprovement().estimate(s)["sic"]
    assert (sic.value, sic.note) == (pytest.approx(0.6 / sqrt(0.2)), "1 background events pass")


def test_a_spectrum_is_seen_from_a_hundred_events_on() -> None:
    rng = np.random.default_rng(0)
    for background, seen in ((999, False), (1000, True)):
        s = scored(10, background)
        s = replace(s, mass=rng.normal(3500, 100, len(s.y)))
        sculpting = MassSculpting().estimate(s)["mass_sculpting"]
        assert (sculpting.value is not None) == seen
        assert ("100 events kept" in sculpting.note) == seen


def test_the_shift_of_a_few_events() -> None:
    """Three of four and one of five before; one of two and two of four after."""
    shift = shift_between(balanced_rows("9991", "91111"), balanced_rows("91", "9911"), natural=0.1)
    assert (shift.signal.before, shift.signal.after) == (3 / 4, 1 / 2)
    assert (shift.background.before, shift.background.after) == (1 / 5, 1 / 2)
    assert shift.signal.p == 1.0
    prior = 4 / 9
    assert shift.precision_before == pytest.approx(
        3 / 4 * prior / (3 / 4 * prior + 1 / 5 * (1 - prior))
    )
    assert shift.precision_after == pytest.approx(0.075 / (0.075 + 0.18))
    assert shift.calibration_before == pytest.approx(0.1 * 0.5 + 0.9 * 0.5 - 0.1)
    p = [1 / (1 + (1 - s) / s * 9 * prior / (1 - prior)) for s in (0.9, 0.1)]
    assert shift.calibration_after == pytest.approx(abs(np.mean(p) - 0.1))
    nothing = shift_between(balanced_rows("11", "11"), balanced_rows("9-", "19"), natural=0.5)
    assert np.isnan(nothing.precision_before)
    assert nothing.calibration_before == pytest.approx(abs(np.mean([0.7, 0.5]) - 0.5))
    with pytest.raises(ValueError, match="one class only"):
        shift_between(balanced_rows("11", ""), balanced_rows("9", "1"), natural=0.5)


def difference(what: str, value: float, needed: int | None = None) -> Difference:
    return Difference(what, value, value - 1, value + 1, 0.5, "a test", needed)


@pytest.mark.parametrize(
    ("values", "p", "drift"),
    [
        ((0.0, 0.1, -0.1), (0.5, 0.01, 0.01), True),
        ((0.0, -0.1, 0.1), (0.5, 0.01, 0.01), True),
        ((0.0, 0.1, 0.1), (0.5, 0.01, 0.01), False),
        ((0.0, 0.1, -0.1), (0.01, 0.01, 0.01), False),
        ((0.0, 0.1, -0.1), (0.5, 0.5, 0.01), False),
        ((0.0, 0.1, -0.1), (0.5, 0.01, 0.5), False),
        ((0.0, 0.1, -0.1), (0.05, 0.01, 0.01), True),
        ((0.0, 0.1, -0.1), (0.5, 0.05, 0.01), False),
    ],
)
def test_a_drifted_threshold_moves_both_classes_and_not_the_area(
    values: tuple[float, ...], p: tuple[float, ...], drift: bool
) -> None:
    names = ("AUC", "correct signal", "correct background")
    differences = [difference(name, value) for name, value in zip(names, values, strict=True)]
    assert drifted(differences, p) == drift
    assert not drifted(differences[1:], p[1:])


def test_what_is_said_of_a_figure() -> None:
    assert sentence(difference("AUC", 0.1), 0.01) == (
        "AUC: the first is better (p = 0.010 after Holm)."
    )
    assert "the second is better" in sentence(difference("AUC", -0.1), 0.01)
    assert sentence(difference("AUC", 0.1), 0.05) == (
        "AUC: not separable on these events (p = 0.050 after Holm)."
    )
    assert sentence(difference("AUC", 0.1, 900), 0.4).endswith(
        "; a difference as large would take about 900 signal events."
    )
    assert sentence(difference("AUC", 0.1), float("nan")) == "AUC: not defined here (a test)."


def test_the_table_of_a_comparison_has_the_figures_of_both(tmp_path: Path) -> None:
    place = Workplace.at(tmp_path)
    request = RunRequest(plugin="cut", dataset="toy")
    one, other, same = (
        run(each, place.registry, place.home, place.store, place.context)[0]
        for each in (
            request,
            replace(request, permute="numbers"),
            replace(request, threshold="0.4"),
        )
    )
    lines = [line.strip("| ").split("|") for line in compare(one, other).splitlines()]
    rows = {cells[0].strip(): [cell.strip() for cell in cells] for cells in lines if len(cells) > 7}
    sides = [run.metrics() for run in (one, other)]
    assert rows["AUC"][1:3] == [f"{side.estimates['auc'].value:.3f}" for side in sides]
    for what, right, total in (
        ("correct signal", "true_signal", "signal"),
        ("correct background", "true_background", "background"),
    ):
        shares = [getattr(side.counts, right) / getattr(side.counts, total) for side in sides]
        assert rows[what][1:3] == [f"{share:.3f}" for share in shares]
        assert float(rows[what][3]) == pytest.approx(shares[0] - shares[1], abs=1e-4)
    sample = one.record.sample
    assert (
        f"on the same {sample.signal} signal and {sample.background} background events of "
        f"toy (twin), test {sample.size}"
    ) in compare(one, other)
    compared = pairs([one, other, same])
    assert [(pair.first, pair.second) for pair in compared] == [(0, 1), (0, 2), (1, 2)]
    assert [pair.separable for pair in compared] == [True, False, True]
    assert compared[1].p == 1.0  # the same scores at another threshold
    assert compared[0].p == pytest.approx(compared[0].difference.p)  # and one test in Holm's family


def test_calibration_is_looked_at_in_bins_of_equally_many_events() -> None:
    """Two bins of four events, one too low and one too high, which cancel where bins are merged."""
    y = np.array([1, 0, 1, 0, 1, 0, 1, 0], np.int8)
    score = np.array([0.1, 0.12, 0.14, 0.16, 0.8, 0.82, 0.84, 0.86])
    s = Scored(y, score, np.ones(8), 0.5)
    error_by_bins = {
        bins: CalibrationError(bins=bins).estimate(s)["calibration_error"].value
        for bins in (1, 2, 4, 8)
    }
    pairs_of = [0.11, 0.15, 0.81, 0.85]
    assert error_by_bins[1] == pytest.approx(abs(0.5 - score.mean()))
    assert error_by_bins[2] == pytest.approx((0.37 + 0.33) / 2)
    assert error_by_bins[4] == pytest.approx(np.mean([abs(0.5 - p) for p in pairs_of]))
    assert error_by_bins[8] == pytest.approx(np.abs(y - score).mean())


def test_a_fit_without_degrees_of_freedom_is_no_worse_than_any() -> None:
    assert BinormalFit(1.0, 1.0, 5.0, 2).p == 1.0
    assert BinormalFit(1.0, 1.0, 3.841458820694124, 3).p == pytest.approx(0.05)
    assert BinormalFit(1.0, 1.0, 5.991464547107979, 4).p == pytest.approx(0.05)
