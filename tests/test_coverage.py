"""Intervals against the truth: how often they hold it, over many simulated samples."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from bench.api.parts import Metric
from bench.api.scores import Estimate, Scored
from bench.comparison.paired import auc_difference, decision_difference, max_sic_difference
from bench.metrics.calibration import ProperScores
from bench.metrics.decisions import Decisions, SignificanceImprovement
from bench.metrics.ranking import AreaUnderCurve, MaximumSic, Rejection
from bench.metrics.working_points import FixedFalsePositiveRate

CUT = 1.8
SIZES = {
    "small": (200, 600),
    "weak": (200, 600),
    "even": (1000, 1000),
    "1:10": (727, 7273),
    "rare": (11, 7989),
    "rare, weak": (11, 7989),
}
FEW = {"small": 2.0, "weak": 1.2, "even": 2.5, "1:10": 2.0, "rare": 2.0, "rare, weak": 1.2}
"""How far signal is from background, in standard deviations of either."""


def sample(size: str, seed: int, weight: float = 1.0) -> Scored:
    signal, background = SIZES[size]
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [signal, background]).astype(np.int8)
    raw = rng.normal(loc=np.where(y == 1, FEW[size], 0.0))
    weights = np.where(y == 1, 1.0, weight)
    return Scored(y, expit(raw - CUT), weights, threshold=0.5)


def truth(size: str) -> dict[str, float]:
    """What an endless sample would give."""
    distance, (signal, background) = FEW[size], SIZES[size]
    tpr, fpr = norm.sf(CUT - distance), norm.sf(CUT)
    at = {rate: norm.sf(norm.isf(rate) - distance) for rate in (1e-2, 1e-3)}
    rates = np.geomspace(25 / background, 0.99, 2000)
    raw = np.linspace(-9.0, 9.0 + distance, 100_001)
    share = signal / (signal + background)
    mixed = share * norm.pdf(raw - distance), (1 - share) * norm.pdf(raw)
    p, step = expit(raw - CUT), raw[1] - raw[0]
    losses = {"log_loss": (-np.log(p), -np.log1p(-p)), "brier": ((1 - p) ** 2, p**2)}
    proper = {
        name: sum(float(part @ loss) * step for part, loss in zip(mixed, both, strict=True))
        for name, both in losses.items()
    }
    return proper | {
        "auc": norm.cdf(distance / np.sqrt(2)),
        "sic": tpr / np.sqrt(fpr),
        "recall_signal": tpr,
        "balanced_accuracy": (tpr + 1 - fpr) / 2,
        "f1_signal": 2 * signal * tpr / (signal * tpr + signal + background * fpr),
        "tpr_at_fpr_0.01": at[1e-2],
        "rejection_0.5": 1 / norm.sf(norm.isf(0.5) + distance),
        "max_sic": (norm.sf(norm.isf(rates) - distance) / np.sqrt(rates)).max(),
    }


METRICS = {
    "auc": AreaUnderCurve,
    "sic": SignificanceImprovement,
    "recall_signal": Decisions,
    "balanced_accuracy": Decisions,
    "f1_signal": Decisions,
    "tpr_at_fpr_0.01": FixedFalsePositiveRate,
    "rejection_0.5": Rejection,
    "max_sic": MaximumSic,
    "log_loss": ProperScores,
    "brier": ProperScores,
}


@cache
def estimates(metric: type[Metric], size: str, repetitions: int, weight: float) -> list[Any]:
    """What a metric gives of so many samples; one gives several figures."""
    return [metric().estimate(sample(size, seed, weight)) for seed in range(repetitions)]


class Coverage(NamedTuple):
    share: float
    """How often the intervals held the truth."""
    width: float
    """The median interval's, in units of what the spread of the figures would have it be."""


def coverage(
    size: str, name: str, repetitions: int, weight: float = 1.0, truly: float | None = None
) -> Coverage:
    truly, inside = truth(size)[name] if truly is None else truly, 0
    values, widths = [], []
    for estimate in estimates(METRICS[name], size, repetitions, weight):
        figure = estimate[name]
        if figure.value is None:
            inside += 1
            continue
        high = np.inf if figure.high is None else figure.high
        inside += figure.low <= truly <= high
        values.append(figure.value)
        widths.append(high - figure.low)
    assert len(values) >= repetitions / 2  # or a dash would hold every truth
    needed = 2 * norm.ppf(0.975) * np.std(values)
    return Coverage(inside / repetitions, float(np.median(widths) / needed))


NARROW = 2.0
"""Half as wide would do, by the spread of the figures; rates of few events need some of it."""


class Endless(AreaUnderCurve):
    """An interval that holds every truth."""

    def estimate(self, scored: Scored) -> dict[str, Estimate]:
        return {"auc": Estimate(0.9 + scored.score[0] / 100, 0.0, 1.0)}


def test_an_endless_interval_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METRICS, "auc", Endless)
    share, width = coverage("rare", "auc", 50)
    assert share == 1
    assert width > NARROW


PROMISED = [
    "auc",
    "sic",
    "recall_signal",
    "balanced_accuracy",
    "f1_signal",
    "log_loss",
    "brier",
]
WIDER = {("small", "tpr_at_fpr_0.01"), ("even", "tpr_at_fpr_0.01"), ("1:10", "tpr_at_fpr_0.01")}
"""Of 6 to 73 background events: the interval may hold the truth more often."""


@pytest.mark.parametrize("name", PROMISED)
@pytest.mark.parametrize("size", ["small", "even", "1:10", "rare"])
def test_intervals_hold_the_truth_about_as_often_as_they_say(size: str, name: str) -> None:
    share, width = coverage(size, name, 100)
    assert 0.88 <= share <= (1.0 if size == "rare" else 0.995)
    assert 0.7 <= width <= NARROW


@pytest.mark.parametrize("name", ["rejection_0.5", "max_sic", "tpr_at_fpr_0.01"])
@pytest.mark.parametrize(
    "size",
    [
        *("small", "1:10", "rare, weak"),
        *(pytest.param(size, marks=pytest.mark.slow) for size in ("weak", "even", "rare")),
    ],
)
def test_intervals_of_the_curve_hold_the_truth_often_enough(size: str, name: str) -> None:
    assert coverage(size, name, 50).share >= 0.86


@pytest.mark.parametrize("name", ["max_sic", "tpr_at_fpr_0.01"])
def test_intervals_of_the_curve_are_no_wider_than_eleven_events_need(name: str) -> None:
    assert coverage("rare, weak", name, 50).width <= NARROW


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PROMISED, "tpr_at_fpr_0.01"])
@pytest.mark.parametrize("size", ["small", "even", "1:10", "rare"])
def test_intervals_hold_the_truth_in_93_to_97_of_100(size: str, name: str) -> None:
    wider = name == "recall_signal" or size == "rare" or (size, name) in WIDER
    share, width = coverage(size, name, 1000)
    assert 0.93 <= share <= (1.0 if wider else 0.97)
    assert width <= NARROW


@pytest.mark.parametrize(
    ("draws", "least", "most"),
    [(100, 0.88, 0.995), pytest.param(1000, 0.93, 0.97, marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("name", ["sic", "f1_signal"])
def test_weighted_intervals_hold_the_truth_too(
    name: str, draws: int, least: float, most: float
) -> None:
    """Background of weight 10: SIC does not know, F1 has ten times the background."""
    size, weight = "1:10", 10.0
    signal, background = SIZES[size]
    tpr, fpr = norm.sf(CUT - FEW[size]), norm.sf(CUT)
    heavy = background * weight
    true_value = {
        "sic": truth(size)["sic"],
        "f1_signal": 2 * signal * tpr / (signal * tpr + signal + heavy * fpr),
    }[name]
    share, width = coverage(size, name, draws, weight, true_value)
    assert least <= share <= most
    assert width <= NARROW


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rejection_0.5", "max_sic"])
@pytest.mark.parametrize("size", ["small", "weak", "even", "1:10", "rare", "rare, weak"])
def test_intervals_of_few_background_events_hold_the_truth_at_least_as_often(
    size: str, name: str
) -> None:
    share, width = coverage(size, name, 400)
    assert share >= 0.925
    assert width <= NARROW * (1.5 if name == "rejection_0.5" else 1)  # its upper end may be open


Test = Callable[[Scored, Scored], float]
PAIRED: dict[str, Test] = {
    "DeLong": lambda one, other: auc_difference(one, other).p,
    "McNemar": lambda one, other: decision_difference(one, other, 1).p,
    "bootstrap": lambda one, other: max_sic_difference(one, other).p,
}


def equals(seed: int) -> tuple[Scored, Scored]:
    """Two classifiers of the same power on the same events, alike and not the same."""
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [300, 700]).astype(np.int8)
    shared = rng.normal(loc=2.0 * y) + rng.normal(scale=0.3, size=1000)
    made = [shared + rng.normal(scale=0.7, size=1000) for _ in range(2)]
    one, other = (Scored(y, expit(raw - 1), np.ones(1000), threshold=0.5) for raw in made)
    return one, other


@pytest.mark.slow
@pytest.mark.parametrize(
    ("test", "repetitions", "least", "most"),
    [("DeLong", 1000, 0.035, 0.065), ("McNemar", 1000, 0.0, 0.06), ("bootstrap", 300, 0.0, 0.08)],
)
def test_paired_tests_hold_their_size(
    test: str, repetitions: int, least: float, most: float
) -> None:
    rejected = sum(PAIRED[test](*equals(seed)) < 0.05 for seed in range(repetitions))
    assert least <= rejected / repetitions <= most


@pytest.mark.parametrize(("test", "draws"), [("DeLong", 200), ("McNemar", 200), ("bootstrap", 40)])
def test_paired_tests_hold_their_size_roughly(test: str, draws: int) -> None:
    rejected = sum(PAIRED[test](*equals(seed)) < 0.05 for seed in range(draws))
    assert rejected / draws <= 0.09


def unequal(seed: int) -> tuple[Scored, Scored]:
    """A classifier and a worse one, whose threshold lets as much background through."""
    one, _ = equals(seed)
    rng = np.random.default_rng(seed + 1)
    raw = rng.normal(loc=1.0 * one.y)
    return one, Scored(one.y, expit(raw - 1), np.ones(1000), threshold=0.5)


@pytest.mark.parametrize("test", PAIRED)
def test_paired_tests_tell_a_difference_that_is_there(test: str) -> None:
    assert sum(PAIRED[test](*unequal(seed)) < 0.05 for seed in range(5)) == 5
