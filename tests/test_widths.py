"""Expected widths are those that the metrics then give, and no sample is narrower than the best."""

from __future__ import annotations

import numpy as np
import pytest

from bench.api.scores import Scored
from bench.metrics.decisions import SignificanceImprovement
from bench.metrics.ranking import AreaUnderCurve
from bench.plan.choices import best_choice, best_counts, choices
from bench.plan.widths import Power, assumed, power_of


def scored(signal: int, background: int, seed: int) -> Scored:
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [signal, background]).astype(np.int8)
    raw = rng.normal(loc=np.where(y == 1, 1.2, -1.2))
    return Scored(y, 1 / (1 + np.exp(-raw)), np.ones(len(y)), threshold=0.5)


@pytest.mark.parametrize(("signal", "background"), [(100, 5000), (800, 800), (2000, 8000)])
def test_the_widths_are_those_that_the_metrics_then_give(signal: int, background: int) -> None:
    power = power_of(scored(5000, 20_000, 0), "a past run")
    pairs = [
        (AreaUnderCurve().estimate(s)["auc"], SignificanceImprovement().estimate(s)["sic"])
        for s in (scored(signal, background, seed) for seed in range(1, 9))
    ]
    auc = np.mean([one.high - one.low for one, _ in pairs])
    sic = np.mean([(two.high - two.low) / two.value for _, two in pairs])
    assert power.auc_width(signal, background) == pytest.approx(auc, rel=0.15)
    assert power.sic_width(signal, background) == pytest.approx(sic, rel=0.15)
    p, q = power.passed, power.leaked
    relative = (1 - p) / (p * signal) + (1 - q) / (4 * q * background)
    assert power.sic_width(signal, background) == pytest.approx(3.92 * relative**0.5, rel=0.1)


def test_the_width_holds_for_a_handful_of_signal_events() -> None:
    power = power_of(scored(5000, 20_000, 0), "a past run")
    seen = [SignificanceImprovement().estimate(scored(7, 8000, n))["sic"] for n in range(40)]
    sic = np.mean([(two.high - two.low) / two.value for two in seen])
    assert power.sic_width(7, 8000) == pytest.approx(sic, rel=0.2)


def test_the_assumed_classifier_is_the_one_that_it_says() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([1, 0], 200_000).astype(np.int8)
    raw = rng.normal(loc=np.where(y == 1, 1.1631, -1.1631))
    seen = power_of(Scored(y, 1 / (1 + np.exp(-raw)), np.ones(len(y)), threshold=0.5), "")
    power = assumed()
    assert power.area == pytest.approx(seen.area, abs=0.002)
    assert power.spreads == pytest.approx(seen.spreads, rel=0.03)
    assert (power.passed, power.leaked) == pytest.approx((seen.passed, seen.leaked), rel=0.02)
    assert "AUC 0.95, threshold at equal errors" in power.told
    assert assumed("fpr=0.01").leaked == pytest.approx(0.01)
    assert assumed("fpr=0.01").passed == pytest.approx(0.5, abs=0.01)


def test_no_width_is_made_up() -> None:
    silent = Power("says background", 0.5, (0.0, 0.0), 0.0, 0.0)
    assert silent.sic_width(100, 100) is None
    assert best_choice(silent, 200, (100, 100)) is None
    assert assumed().auc_width(0, 100) is None
    assert Power("faultless", 1.0, (0.0, 0.0), 1.0, 0.1).auc_width(50, 50) is None


def power(passed: float, leaked: float) -> Power:
    return Power("", 0.9, (0.1, 0.1), passed, leaked)


@pytest.mark.parametrize("events", [500, 2000, 8000])
@pytest.mark.parametrize("rates", [(0.88, 0.12), (0.3, 0.3), (0.99, 0.01), (0.5, 0.001)])
@pytest.mark.parametrize("available", [(50, 10_000), (834, 10_000), (100_000, 1500)])
def test_no_sample_is_narrower_than_the_proposed_one(
    rates: tuple[float, float], events: int, available: tuple[int, int]
) -> None:
    expected, best = power(*rates), best_choice(power(*rates), events, available)
    assert best is not None
    assert best.width is not None
    assert best.signal + best.background <= events
    assert (best.signal <= available[0], best.background <= available[1]) == (True, True)
    signal = np.arange(max(1, events - available[1]), min(available[0], events - 1) + 1)
    narrowest = expected.sic_widths(signal, events - signal).min()
    assert best.width <= 1.0101 * narrowest
    assert sum(best_counts(expected, events, available)) == events
    for other in choices(expected, events, available, natural=0.01):
        assert other.width is None or best.width <= 1.0101 * other.width


def test_a_rare_signal_is_scored_in_full() -> None:
    best, *others = choices(assumed(), 8000, (834, 10_000), natural=834 / 1_000_000)
    assert best.options == "--ratio all-signal --events 7166"
    natural = next(choice for choice in others if choice.ratio == "natural")
    assert (natural.signal, natural.background) == (7, 7993)
    assert natural.width > 3 * best.width
