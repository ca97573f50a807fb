"""What the charts of a page are drawn from: few points, each of them in the scores."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from test_first_screen import called, of_sample

from bench.api.errors import BenchError
from bench.api.scores import Scored
from bench.metrics.curve import Ranking
from bench.report.blocks import Picture
from bench.report.drawing.styles import MARKERS, Styles
from bench.report.web import library
from bench.report.web.chart_data import MOST, ON, asked, chart_data
from bench.report.web.curves import curve, thinned
from bench.report.web.cuts import cuts, rates, thresholds
from bench.report.web.distributions import distributions
from bench.report.web.markers import outline
from bench.storage.store import Run

FEW_HUNDRED = 250


def scored(n: int, seed: int = 0, digits: int = 9, unanswered: int = 0) -> Scored:
    """Scores of which signal has the higher ones, more or less tied, some missing."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.3).astype(np.int8)
    score = np.round(1 / (1 + np.exp(-rng.normal(2 * y - 1, 1.2))), digits)
    score[:unanswered] = np.nan
    return Scored(y, score, np.where(y == 1, 1.0, 3.0), 0.5)


SCORED = {
    "many": scored(20_000),
    "few": scored(40),
    "tied": scored(3_000, digits=1),
    "unanswered": scored(2_000, unanswered=300),
    "constant": replace(scored(500), score=np.full(500, 0.3)),
}


@pytest.mark.parametrize("name", SCORED)
def test_every_point_of_a_curve_is_what_its_threshold_gives(name: str) -> None:
    one = SCORED[name]
    steps = rates(int((one.y == 0).sum()))
    drawn = curve(one, steps)
    assert 0 < len(drawn["signal"]) <= FEW_HUNDRED
    assert len({len(values) for values in drawn.values()}) == 1
    whole = Ranking.of(one).curve()
    for place, threshold in enumerate(drawn["threshold"]):
        at = one.score[np.searchsorted(np.sort(one.score), 0)] if threshold is None else threshold
        if threshold is None:  # of those without an answer, which nothing keeps
            assert drawn["signal"][place] == drawn["background"][place] == 1
            continue
        passes = one.score >= at * (1 - 1e-3)  # four digits of it are told
        for key, label in (("signal", 1), ("background", 0)):
            share = np.average(passes[one.y == label], weights=one.weights[one.y == label])
            assert drawn[key][place] <= share + 1e-3
            assert np.abs(whole.__getattribute__(key) - drawn[key][place]).min() < 1e-3


@pytest.mark.parametrize("name", SCORED)
def test_the_points_hold_the_best_the_limits_and_each_rate(name: str) -> None:
    whole = Ranking.of(SCORED[name]).curve()
    steps = rates(int((SCORED[name].y == 0).sum()))
    places = thinned(whole, steps)
    _, best = whole.best_sic()
    assert best in [-1, *places]
    assert len(whole.signal) - 1 in places
    assert np.searchsorted(whole.left, 1) in places
    for rate in steps:
        signal, left = whole.signal_at(rate)
        below = [place for place in places if whole.background[place] <= rate + 1e-12]
        if below:
            assert whole.signal[below[-1]] == signal
            assert whole.left[below[-1]] == left
        else:
            assert signal == 0
    for efficiency in np.linspace(0.01, 1, 100):
        background, place = whole.background_at(efficiency)
        assert place in places
        assert whole.background[place] == background


def test_a_band_holds_its_curve_and_narrows_with_events() -> None:
    widths = []
    for name in ("few", "many"):
        drawn = {key: np.array(v, dtype=float) for key, v in curve(SCORED[name], [0.1]).items()}
        inside = (drawn["low"] <= drawn["background"] + 1e-9) & (
            drawn["background"] <= drawn["high"] + 1e-9
        )
        assert inside.all()
        middle = np.argmin(np.abs(drawn["signal"] - 0.5))
        widths.append(drawn["high"][middle] - drawn["low"][middle])
    assert widths[1] < widths[0] / 5


@pytest.mark.parametrize("name", SCORED)
def test_the_counts_of_every_step_are_those_of_its_threshold(name: str) -> None:
    one = SCORED[name]
    passing = cuts(one)
    assert passing.keys() == {"signal", "background"}  # each class has one weight
    for place, threshold in enumerate(thresholds()):
        counts = replace(one, threshold=threshold).counts()
        assert passing["signal"][place] == counts.true_signal
        assert passing["background"][place] == counts.false_signal


def test_weights_that_differ_within_a_class_give_shares_beside_counts() -> None:
    one = SCORED["unanswered"]
    weights: NDArray[np.float64] = np.random.default_rng(1).uniform(0.5, 2, len(one.y))
    passing = cuts(replace(one, weights=weights))
    passes = one.score >= 0.5
    for name, label in (("signal", 1), ("background", 0)):
        inside = one.y == label
        expected = weights[inside & passes].sum() / weights[inside].sum()
        assert passing[f"{name}_share"][thresholds().index(0.5)] == pytest.approx(
            expected, rel=1e-3
        )


def test_the_steps_of_the_slider_rise_and_reach_both_ends() -> None:
    steps = thresholds()
    assert steps == sorted(set(steps))
    assert {0.0, 0.0001, 0.01, 0.5, 0.99, 0.9999, 1.0} <= set(steps)
    assert rates(8000)[0] * 8000 >= 1
    assert rates(8000)[-1] == 1
    assert rates(8000) == sorted(set(rates(8000)))
    assert rates(1) == [1]


def test_every_answered_event_is_in_one_bin() -> None:
    one = SCORED["unanswered"]
    passing = distributions(one)
    for name, label in (("signal", 1), ("background", 0)):
        assert sum(passing[name]) == int(((one.y == label) & one.answered).sum())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    from chromium import toy_runs

    return toy_runs(tmp_path_factory.mktemp("data"))


def test_the_best_of_each_family_are_on_and_what_is_not_drawn_is_named(runs: list[Run]) -> None:
    many = [
        called(
            runs[n % 2],
            package=f"bench-p{n % 4}",
            request={**runs[n % 2].record.request, "options": {"n": f"{n:02d}"}, "seed": 0},
            scores=str(n),
        )
        for n in range(MOST + 3)
    ]
    tested = of_sample(many)
    styles = Styles.of([tested.settings])
    data = chart_data(tested, styles)
    json.dumps(data, allow_nan=False)
    on = [model["name"] for model in data["models"] if model["on"]]
    families = {s.family for s, model in zip(tested.settings, data["models"], strict=False)
                if model["on"]}  # fmt: skip
    assert len(on) == ON
    assert families == {"p0", "p1", "p2", "p3"}
    assert len(data["models"]) == MOST
    assert data["others"] == [styles.key(setting) for setting in tested.settings[MOST:]]
    assert len({model["name"] for model in data["models"]}) == MOST
    looks = {(model["colour"], model["shape"], tuple(model["dash"])) for model in data["models"]}
    assert len(looks) == MOST


def test_the_best_of_a_family_is_drawn_however_far_behind_it_is(runs: list[Run]) -> None:
    worst = called(runs[1], package="bench-behind", scores="behind")
    many = [
        called(
            runs[0],
            request={**runs[0].record.request, "options": {"n": f"{n:02d}"}, "seed": 0},
            scores=str(n),
        )
        for n in range(MOST + 3)
    ]
    tested = of_sample([worst, *many])
    assert tested.settings[-1].family == "behind"
    data = chart_data(tested, Styles.of([tested.settings]))
    assert (len(data["models"]), len(data["others"])) == (MOST, 4)
    assert data["models"][-1]["on"]
    assert data["models"][-1]["cuts"] == cuts(runs[1].scored())


def test_every_marker_of_the_figures_is_a_path_of_its_own_from_one_end_to_the_other() -> None:
    paths = {outline(marker) for marker in MARKERS}
    assert len(paths) == len(MARKERS)
    for path in paths:
        assert re.fullmatch(r"(?:[MLQC](?:-?[\d.]+ ?)+|Z)+", path)
        assert max(abs(float(number)) for number in re.findall(r"-?[\d.]+", path)) == 1
    assert outline("^") == "M0 -1L-1 1L1 1Z"


def test_charts_stand_in_the_place_of_pictures_that_a_page_draws_itself(runs: list[Run]) -> None:
    tested = of_sample(runs)
    styles = Styles.of([tested.settings])
    names = ("roc", "calibration", "sic", "scores", "history")
    pictures = [Picture(f"figures/{name}-x.png", name) for name in names]
    charts, *others = asked(tested, styles, pictures)
    assert [one.title for one in charts.pictures] == ["roc", "sic", "scores"]
    assert [one.title for one in others] == ["calibration", "history"]
    assert asked(tested, styles, others) == others


def test_a_library_of_another_form_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "WRITE", "raise SystemExit('no such version')")
    with pytest.raises(BenchError, match=r"wanted the script .*, got no such version"):
        library.charts_script.__wrapped__()
    monkeypatch.setattr(library, "EXPORTS", library.re.compile("(no such export)"))
    with pytest.raises(BenchError, match="wanted a script that exports DataTables"):
        library.tables_script.__wrapped__()


def test_libraries_end_where_they_end_and_bring_their_licences() -> None:
    for text, licence in (
        (library.charts_script(), "University of Washington Interactive Data Lab"),
        (library.tables_script(), "Copyright (c) SpryMedia Ltd"),
    ):
        assert text.count("</script") == 1
        assert text.endswith("</script>")
        assert "<!--" not in text
        assert licence in text[:400]
        assert text.find("WARRANT") < 2000
    assert library.tables_style().count("</style") == 1
