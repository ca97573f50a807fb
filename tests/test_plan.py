"""A plan: what is there, what it costs by past runs, how wide intervals will be, which sample."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from test_report import rows
from toys import Workplace

from bench.cli.plan import command
from bench.errors import RequestError
from bench.metrics.decisions import SignificanceImprovement
from bench.metrics.ranking import AreaUnderCurve
from bench.plan.page import duration, page
from bench.plan.plan import Plan, plan
from bench.plan.widths import Noise, assumed, best_sample, power_of
from bench.request import RunRequest
from bench.run import run
from bench.scored import Scored

REQUEST = RunRequest(plugin="cut", dataset="toy")


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace.at(tmp_path)


def planned(place: Workplace, request: RunRequest = REQUEST) -> Plan:
    return plan(request, place.shelf, place.home, place.store, place.context)


def do(place: Workplace, request: RunRequest = REQUEST) -> None:
    run(request, place.shelf, place.home, place.store, place.context)


def test_what_is_there_is_said(place: Workplace) -> None:
    assert planned(place).cached == "nothing"
    assert planned(place).seconds is None  # no past run tells
    do(place)
    assert (planned(place).cached, planned(place).seconds, planned(place).scored) == ("run", 0.0, 0)
    other = replace(REQUEST, ratio="1:10", events=220)
    assert (planned(place, other).cached, planned(place, other).train) == ("fit", 0)
    judged = replace(REQUEST, threshold="0.6")
    assert (planned(place, judged).cached, planned(place, judged).scored) == ("scores", 0)
    fresh = planned(place, replace(REQUEST, seed=1))
    assert (fresh.cached, fresh.train > 1000, fresh.tokens) == ("nothing", True, None)


def test_a_plan_fits_nothing_and_stores_nothing(place: Workplace) -> None:
    planned(place)
    assert not place.store.root.exists()
    assert not list(place.home.fits.glob("*"))


def test_time_grows_with_the_events(place: Workplace) -> None:
    do(place)
    small, large = (planned(place, replace(REQUEST, seed=1, train_events=n)) for n in (200, 1000))
    assert small.costs.fit is not None
    grown = 800 * small.costs.fit
    assert large.seconds == pytest.approx(small.seconds + grown, abs=1e-6)
    assert "other options" in planned(place, replace(REQUEST, options={"scale": "2.0"})).costs.told


def scored(signal: int, background: int, seed: int) -> Scored:
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [signal, background]).astype(np.int8)
    raw = rng.normal(loc=np.where(y == 1, 1.2, -1.2))
    return Scored(y, 1 / (1 + np.exp(-raw)), np.ones(len(y)), threshold=0.5)


@pytest.mark.parametrize(("signal", "background"), [(100, 5000), (800, 800), (2000, 8000)])
def test_the_widths_are_those_that_come_out(signal: int, background: int) -> None:
    power = power_of(scored(500, 2000, 0), "a past run")
    found = [
        (AreaUnderCurve().estimate(s)["auc"], SignificanceImprovement().estimate(s)["sic"])
        for s in (scored(signal, background, seed) for seed in range(1, 6))
    ]
    auc = np.mean([one.high - one.low for one, _ in found])
    sic = np.mean([(two.high - two.low) / two.value for _, two in found])
    assert power.auc.width(signal, background) == pytest.approx(auc, rel=0.25)
    assert power.sic.width(signal, background) == pytest.approx(sic, rel=0.2)


def test_the_assumed_classifier_is_the_one_that_it_says() -> None:
    seen = power_of(scored(200_000, 200_000, 0), "")  # 2.4 apart: AUC 0.955
    assert assumed().sic.signal == pytest.approx(seen.sic.signal, rel=0.1)
    assert assumed().auc.signal == pytest.approx(seen.auc.signal, rel=0.3)


@pytest.mark.parametrize("events", [500, 2000, 8000])
@pytest.mark.parametrize("noise", [Noise(0.1, 5.0), Noise(1.0, 0.1), Noise(0.01, 30.0)])
@pytest.mark.parametrize("signal", [50, 834, 100_000])
def test_no_other_sample_is_narrower(noise: Noise, events: int, signal: int) -> None:
    found = best_sample(noise, events, signal, 10_000)
    assert sum(found) == events
    most = min(signal, events - 1)
    narrowest = min(noise.width(s, events - s) for s in range(1, most + 1))
    assert noise.width(*found) <= narrowest * 1.001


def test_a_rare_signal_is_scored_in_full() -> None:
    noise = assumed().sic
    natural, full = noise.width(7, 7993), noise.width(834, 7166)
    assert natural / full > 3
    assert best_sample(noise, 8000, 834, 10_000) == (834, 7166)


def test_the_page_has_a_row_each_and_the_totals(place: Workplace) -> None:
    do(place)
    plans = [planned(place), planned(place, replace(REQUEST, seed=1))]
    text = page(plans, place.store.root)
    assert [row["there"] for row in rows(text)] == ["run", "nothing"]
    assert "2 runs, 1 of them there" in text
    assert "of disk are free" in text


def test_the_command_takes_options_or_a_study(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.plugins.load_shelf", lambda: place.shelf)
    monkeypatch.setenv("BENCH_HOME", str(place.home.root))
    study = tmp_path / "study.toml"
    study.write_text('[[runs]]\nplugin = "cut"\ndataset = "toy"\nseeds = [0, 1, 2]\n')
    told = ["--runs", str(place.store.root)]
    ran = CliRunner().invoke(command, [str(study), *told], catch_exceptions=False)
    assert "3 runs, 0 of them there" in ran.output
    named = ["--plugin", "cut", "--dataset", "toy", *told]
    assert "1 runs, 0" in CliRunner().invoke(command, named, catch_exceptions=False).output
    with pytest.raises(RequestError, match="no --plugin"):
        CliRunner().invoke(command, told, catch_exceptions=False)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (89, "89 s"), (100, "2 min"), (6000, "1 h 40 min")]
)
def test_durations_as_text(seconds: float, text: str) -> None:
    assert duration(seconds) == text
