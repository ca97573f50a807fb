"""Prior shift, domain shift and mass sculpting, on samples where it is known what there is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm
from test_report import rows
from toys import Workplace

from bench.api.scores import Scored
from bench.comparison.shift import reweighted, shift_between
from bench.metrics.sculpting import MassSculpting, divergence
from bench.report.event_sets import event_sets
from bench.report.page import write_report
from bench.running.pipeline import run
from bench.storage.report_contents import Contents
from bench.storage.request import RunRequest

REQUEST = RunRequest(plugin="cut", dataset="toy")


def sample(signal: int, background: int, seed: int, moved: float = 0.0) -> Scored:
    """P(signal) at 1:1 of two normal distributions; the signal's may have moved."""
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [signal, background]).astype(np.int8)
    raw = rng.normal(loc=np.where(y == 1, 1.0 - moved, -1.0))
    return Scored(y, expit(2 * raw), np.ones(len(y)), threshold=0.5)


def test_another_class_ratio_is_prior_shift_alone() -> None:
    shift = shift_between(sample(4000, 4000, 0), sample(200, 20_000, 1), natural=0.01)
    assert min(shift.signal.p, shift.background.p) > 0.01
    tpr, fpr = norm.cdf(1.0), norm.sf(1.0)
    assert shift.precision_before == pytest.approx(tpr / (tpr + fpr), abs=0.02)
    expected = 0.01 * tpr / (0.01 * tpr + 0.99 * fpr)
    assert shift.precision_after == pytest.approx(expected, rel=0.1)
    assert shift.calibration_before > 0.15
    assert shift.calibration_after < 0.003


def test_signal_that_has_moved_is_domain_shift() -> None:
    shift = shift_between(sample(4000, 4000, 0), sample(800, 8000, 1, moved=0.7), natural=1 / 11)
    assert shift.signal.p < 1e-6
    assert shift.signal.after < shift.signal.before - 0.1
    assert shift.background.p > 0.01


def test_domain_shift_is_not_seen_where_there_is_none() -> None:
    p_values = [
        shift_between(sample(500, 500, seed), sample(100, 1000, 10_000 + seed), 0.09).signal.p
        for seed in range(200)
    ]
    assert np.mean(np.array(p_values) < 0.05) < 0.08


def test_reweighting_there_and_back_changes_nothing() -> None:
    score = np.array([0.0, 0.2, 0.5, 0.99, 1.0])
    at_one_percent = reweighted(score, 0.5, 0.01)
    assert np.allclose(reweighted(at_one_percent, 0.01, 0.5), score)
    assert at_one_percent[2] == pytest.approx(0.01)


def with_mass(seed: int, strength: float, background: int = 4000) -> Scored:
    """Background whose score knows so much of its mass."""
    rng = np.random.default_rng(seed)
    mass = rng.exponential(500, background + 500) + 2500
    raw = strength * norm.ppf((np.argsort(np.argsort(mass)) + 0.5) / len(mass))
    raw += rng.normal(size=len(mass))
    y = (np.arange(len(mass)) < 500).astype(np.int8)
    return Scored(y, expit(raw), np.ones(len(y)), threshold=0.5, mass=mass)


def test_a_score_that_knows_the_mass_sculpts_it() -> None:
    values = [
        MassSculpting().estimate(with_mass(0, strength))["mass_sculpting"]
        for strength in (0.0, 0.5, 1.5)
    ]
    assert values[0].value < 0.02 < values[1].value < values[2].value
    assert values[0].low == 0.0
    assert "p = 0.001" in values[1].note


def test_chance_alone_is_called_chance() -> None:
    notes = [MassSculpting().estimate(with_mass(s, 0.0))["mass_sculpting"].note for s in range(60)]
    p = np.array([float(note.partition("p = ")[2].partition(";")[0]) for note in notes])
    assert np.mean(p < 0.05) < 0.15
    assert np.mean(p < 0.5) == pytest.approx(0.5, abs=0.2)


def test_spectra_apart_are_one_bit_and_equal_ones_none() -> None:
    counts = np.array([[[10, 0], [0, 30]], [[10, 20], [5, 10]]])
    assert divergence(counts) == pytest.approx([1.0, 0.0])


def test_without_mass_or_background_there_is_a_reason() -> None:
    scored = with_mass(0, 0.0)
    for changed, reason in (
        (replace(scored, mass=None), "no mass is known"),
        (with_mass(0, 0.0, background=500), "keep 50 background events, wanted 100"),
    ):
        sculpting = MassSculpting().estimate(changed)["mass_sculpting"]
        assert sculpting.value is None
        assert reason in sculpting.note


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    place = Workplace.at(tmp_path)
    for seed in (0, 1, 2):
        for request in (REQUEST, replace(REQUEST, permute="numbers")):
            seeded = replace(request, seed=seed)
            run(seeded, place.registry, place.home, place.store, place.context)
    return place


def test_seeds_are_a_band_of_their_own(place: Workplace, tmp_path: Path) -> None:
    runs = list(place.store.runs())
    (events,) = event_sets(runs)
    best, shuffled = events.settings
    assert (best.title, shuffled.title) == ("cut", "cut, numbers permuted")
    areas = sorted(r.metrics().estimates["auc"].value for r in shuffled.runs)
    spread = shuffled.spread("auc")
    assert spread.median == areas[1] == shuffled.middle.metrics().estimates["auc"].value
    assert (spread.low, spread.high) == tuple(np.quantile(areas, [0.16, 0.84]))
    assert best.spread("auc").low == best.spread("auc").high  # a cut has no chance in it

    page = write_report(runs, tmp_path / "report", Contents("Seeds"), blank=True).read_text()
    table, _, folded = page.partition("## toy")[2].partition("### Prior")[0].partition("<details>")
    first, second = rows(table)
    assert list(first) == ["model", "AUC", "max SIC", "AUC from the best", "group"]
    assert (first["AUC from the best"], second["AUC from the best"][:2]) == ("best", "-0")
    assert (first["group"], second["group"]) == ("a", "b")
    first, second = rows(folded)
    assert (first["seeds"], second["seeds"]) == ("3", "3")
    assert second["AUC over seeds"].startswith(f"{areas[1]:.3f} (")
    assert "never mixed with it" in page
    assert page.partition("## All runs")[2].count("| cut ") == 6


def test_a_report_tells_prior_from_domain(place: Workplace, tmp_path: Path) -> None:
    moved = replace(REQUEST, ratio="1:10", events=880)
    run(moved, place.registry, place.home, place.store, place.context)
    page = write_report(list(place.store.runs()), tmp_path / "report", blank=True).read_text()
    assert page.count("### Prior and domain: toy ") == 2
    assert "No domain shift is seen." in page
