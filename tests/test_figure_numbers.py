"""The numbers behind a report's figures: limits, pairs, calibration, costs, curves as CSV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_first_screen import called, made
from test_report import rows
from toys import Workplace

from bench.api.scores import Estimate
from bench.comparison.shift import reweighted
from bench.metrics.curve import Ranking
from bench.report import tested as apart
from bench.report.calibrated import Calibrated
from bench.report.costs import LEAST, Costs
from bench.report.drawing.calibration import calibration
from bench.report.drawing.cost import QUALITIES, cost
from bench.report.drawing.matrix import BY_SEEDS, SAME, SHADES, matrix
from bench.report.drawing.subject import Subject
from bench.report.event_sets import EventSet, Setting, event_sets
from bench.report.limits import limited, rejection_limit, rounded_down
from bench.report.markdown import table
from bench.report.page import write_report
from bench.report.sections.everything import standard
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import Metrics, Run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    return made(tmp_path_factory.mktemp("numbers") / "place")


@pytest.fixture(scope="module")
def events(runs: list[Run]) -> EventSet:
    return event_sets(runs)[0]


@pytest.fixture(scope="module")
def folder(runs: list[Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(runs, tmp_path_factory.mktemp("report")).parent


def exported(folder: Path, beginning: str) -> pd.DataFrame:
    return pd.read_csv(next(iter(sorted((folder / "tables").glob(f"{beginning}-*natural*.csv")))))


def judged(one: Run, **estimates: Estimate) -> Run:
    """The run with other figures."""
    changed = Run(one.folder, one.record)
    metrics = one.metrics()
    other = Metrics(metrics.estimates | estimates, metrics.counts)
    changed.__dict__["_metrics"] = other
    return changed


def test_a_limit_is_what_none_of_so_many_events_gives_one_time_in_twenty() -> None:
    assert rounded_down(rejection_limit(7273)) == "2400"
    for events in (50, 7273):
        assert (1 - 1 / rejection_limit(events)) ** events == pytest.approx(0.05)


def test_no_background_left_is_a_lower_limit_and_no_dash(runs: list[Run]) -> None:
    none = Estimate(None, method="Bayesian bootstrap", note="0 background events left")
    some = replace(none, note="bare decisions: no scores to rank by")
    passes = Estimate(None, note="no background event passes")
    one = judged(runs[0], **{"rejection_0.3": none, "rejection_0.5": some, "sic": passes})
    background = one.metrics().counts.background
    limit = rejection_limit(background)
    (line,) = rows(table(standard([one])))
    assert line["1/ε_B at ε_S 0.3"].startswith(f"> {rounded_down(limit)} (")
    assert line["1/ε_B at ε_S 0.5"].startswith("– (")
    efficiency = one.metrics().estimates["recall_signal"].value
    assert line["SIC"] == f"> {rounded_down(efficiency * limit**0.5)}"
    cell = limited(one, none)
    assert (cell.value, cell.high) == (None, None)
    assert cell.low == pytest.approx(limit)
    assert limited(one, Estimate(3.0)) is None


def test_the_matrix_holds_every_pair_by_colour_and_text(events: EventSet) -> None:
    tested = apart.Tested.of(events)
    axes = matrix(Subject.of(events), tested).axes[0]
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    count = len(events.settings)
    colours = np.asarray(axes.collections[0].get_array()).reshape(count, count, 3)
    unsure = {(pair.first, pair.second) for pair in tested.unsure}
    for pair in tested.pairs:
        ends = [end * 1000 for end in (pair.difference.low, pair.difference.high)]
        below = texts[pair.first + 0.5, pair.second + 0.5].replace("−", "-")
        if below == SAME:  # two with the very same scores
            assert pair.difference.value == 0
            unsure.discard((pair.first, pair.second))
            continue
        value, low, high = map(float, below.replace(",", "").split())
        assert value == pytest.approx(pair.difference.value * 1000, abs=0.51)
        assert [low, high] == pytest.approx(ends, abs=0.51)
        above = texts[pair.second + 0.5, pair.first + 0.5].removeprefix("<")
        assert float(above) == pytest.approx(max(pair.p, 1e-16), rel=0.06, abs=0.0006)
        doubted = (pair.first, pair.second) in unsure
        plain = pair.p >= SHADES[-1][0] or doubted
        assert (colours[pair.first, pair.second] == 1).all() == plain
    hatched = [patch for patch in axes.patches if patch.get_hatch() == BY_SEEDS]
    assert len(hatched) == 2 * len(unsure)


def test_pairs_that_seeds_leave_open_are_hatched(events: EventSet) -> None:
    tested = apart.Tested.of(events)
    doubted = replace(tested, unsure=[p for p in tested.pairs if p.difference.value != 0][:1])
    figure = matrix(Subject.of(events), doubted)
    assert len([p for p in figure.axes[0].patches if p.get_hatch() == BY_SEEDS]) == 2
    assert "no more than a change of seed" in [t.get_text() for t in figure.legends[0].get_texts()]


def test_one_models_scores_at_two_thresholds_are_the_same_scores(
    runs: list[Run], events: EventSet
) -> None:
    request = {**runs[0].record.request, "threshold": "0.6"}
    other = Setting((called(runs[0], request=request),))
    both = replace(events, settings=(Setting(runs[:1]), other))
    axes = matrix(Subject.of(both), apart.Tested.of(both)).axes[0]
    assert [text.get_text() for text in axes.texts] == ["same\nscores"] * 2


def test_an_axis_of_quality_has_ticks_however_narrow_it_is() -> None:
    for quality, ends in zip(QUALITIES, ((0.912, 0.931), (2.9, 3.1)), strict=True):
        low, high = map(quality.place_of, ends)
        ticks = quality.ticks(low, high)
        assert len(ticks) > 1
        assert all(ends[0] <= tick <= ends[1] for tick in ticks)
    wide = QUALITIES[0].ticks(QUALITIES[0].place_of(0.4), QUALITIES[0].place_of(0.9995))
    assert {0.5, 0.9, 0.99, 0.999} <= set(wide)


def test_every_pair_is_a_row_for_other_programs(folder: Path, events: EventSet) -> None:
    frame = exported(folder, "pairs")
    pairs = apart.Tested.of(events).pairs
    assert len(frame) == len(pairs)
    for (_, row), pair in zip(frame.iterrows(), pairs, strict=True):
        assert row["model"] == events.settings[pair.first].title
        assert row["AUC difference"] == pytest.approx(pair.difference.value, rel=1e-4, abs=1e-9)
        assert row["AUC difference low"] == pytest.approx(pair.difference.low, rel=1e-4, abs=1e-9)
        assert row["p, Holm"] == pytest.approx(pair.p, rel=1e-4)


def test_curves_are_exported_with_their_bands(folder: Path, events: EventSet) -> None:
    frame = exported(folder, "curves")
    assert list(frame["model"].unique()) == [setting.name for setting in events.settings]
    for setting in events.settings:
        own = frame[frame["model"] == setting.name]
        curve = Ranking.of(setting.middle.scored()).curve()
        assert list(own["signal efficiency"]) == pytest.approx(np.arange(1, 101) / 100)
        passed = np.interp(own["signal efficiency"], curve.signal, curve.background)
        known = own["rejection"].notna()
        assert own["rejection"][known].to_numpy() == pytest.approx(1 / passed[known], rel=1e-4)
        lost = own["background left"] < 1
        assert (lost == ~known).all()
        limit = rejection_limit(setting.middle.metrics().counts.background)
        assert own["rejection low"][lost].to_numpy() == pytest.approx(
            np.full(lost.sum(), limit), rel=1e-4
        )
        assert own["rejection high"][lost].isna().all()


@pytest.fixture(scope="module")
def rare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Setting]:
    """A model whose scores are the probabilities at its fit's ratio, and one that is too sure."""
    place = Workplace.at(tmp_path_factory.mktemp("rare"))
    (place.home.data / "toy.txt").write_text("40000 1")
    made_of = {}
    for name, scale in (("true", "0.5"), ("sure", "0.1")):
        request = RunRequest(
            plugin="cut", dataset="toy", ratio="1:10", events=5000, options={"scale": scale}
        )
        made_of[name] = Setting(
            (run(request, place.registry, place.home, place.store, place.context)[0],)
        )
    return made_of


def test_calibration_is_at_the_class_ratio_of_the_events(rare: dict[str, Setting]) -> None:
    one = Calibrated.of(rare["true"])
    scored = rare["true"].middle.scored()
    assert one.prior == pytest.approx((scored.y == 1).mean())
    assert one.prior < 0.1
    assert one.corrected
    inside = (one.low <= one.score) & (one.score <= one.high)
    assert len(inside) > 5
    assert inside.mean() > 0.75
    sure = Calibrated.of(rare["sure"])
    assert ((sure.low <= sure.score) & (sure.score <= sure.high)).mean() < 0.5
    assert ((one.low <= one.share) & (one.share <= one.high)).all()


def test_scores_are_corrected_from_the_share_of_signal_in_the_fit(rare: dict[str, Setting]) -> None:
    setting = rare["true"]
    one, scored = Calibrated.of(setting), setting.middle.scored()
    valid = setting.middle.scored("valid")
    right = reweighted(scored.score, float((valid.y == 1).mean()), one.prior)
    assert one.score.min() >= right.min()
    assert one.score.max() <= right.max()
    assert one.score.max() < scored.score.max()


def test_the_axis_of_calibration_shows_where_the_bars_are(rare: dict[str, Setting]) -> None:
    setting = rare["true"]
    sample = setting.middle.record.sample
    axes = calibration(Subject.of(EventSet(sample, (setting,)))).axes[0]
    (line,) = [line for line in axes.lines if line.get_label() == "cut, scale=0.5"]
    places = np.asarray(line.get_ydata())
    low, high = axes.get_ylim()
    assert np.isfinite(places).sum() > 4
    assert np.nanmax(places) - np.nanmin(places) > 0.6 * (high - low)


def test_costs_are_those_that_the_runs_wrote_down(runs: list[Run]) -> None:
    def took(one: Run, fit: float, score: float, *, reused: bool = False) -> Run:
        seconds = {"fit": fit, "score evaluated": score}
        return replace(one, record=replace(one.record, seconds=seconds, fit_reused=reused))

    size = runs[0].metrics().counts.signal + runs[0].metrics().counts.background
    first = took(runs[0], 3.0, 0.5)
    again = took(runs[0], 0.01, 0.5, reused=True)
    assert Costs([first, again]).fit(Setting((again,))) == 3.0
    assert Costs([again]).fit(Setting((again,))) is None
    assert Costs([first]).million(Setting((first,))) == pytest.approx(0.5 / size * 1e6)
    quick = took(runs[0], 0.0, 0.0)
    assert Costs([quick]).fit(Setting((quick,))) == LEAST
    seeds = [took(one, fit, 1.0) for one, fit in zip(runs[:3], (1.0, 9.0, 2.0), strict=True)]
    assert Costs(seeds).fit(Setting(tuple(seeds))) == 2.0
    (bare,) = (replace(one, record=replace(one.record, seconds={})) for one in runs[:1])
    assert Costs([bare]).unknown([Setting((bare,))]) == [Setting((bare,))]
    assert cost(Subject.of(event_sets([bare])[0]), Costs([bare])) is None


def test_cost_stands_against_auc_and_sic(runs: list[Run], events: EventSet) -> None:
    subject, costs = Subject.of(events), Costs(runs)
    panels = cost(subject, costs).axes
    for axes, of in zip(panels, (costs.fit, costs.million) * 2, strict=True):
        points = [line for line in axes.lines if line.get_marker() != "None"]
        spent = [known for setting in events.settings if (known := of(setting)) is not None]
        assert [point.get_xdata()[0] for point in points] == pytest.approx(spent)
    assert [axes.get_xlabel() for axes in panels[2:]] == [
        "time of a fit",
        "time of a million scores",
    ]
    assert [axes.get_ylabel() for axes in panels[::2]] == ["AUC", "maximum SIC"]
