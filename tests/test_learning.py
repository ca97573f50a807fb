"""Learning curves of a report: how figures follow the number of train events."""

from __future__ import annotations

import shutil
from base64 import b64encode
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from matplotlib.axes import Axes
from test_report import rows
from toys import Cut, FittedCut, Workplace

import bench
from bench.metrics.curve import Ranking
from bench.metrics.format import figure
from bench.report.drawing.curves import roc
from bench.report.drawing.draw import Paper, draw_learning
from bench.report.drawing.learning import learning
from bench.report.drawing.styles import Style, Styles
from bench.report.drawing.subject import Subject
from bench.report.event_sets import EventSet, Setting, event_sets
from bench.report.learning import LearningCurve, learning_curves, missing, without_smaller
from bench.report.page import write_report
from bench.report.sections.learning import learning_section
from bench.running.failures import RunFailedError
from bench.running.pipeline import run
from bench.storage.request import RunRequest
from bench.storage.store import RECORD, Run, Store

BROKEN = 400
SEEDS, SIZES = (0, 1, 2), (200, 800)


@dataclass(frozen=True)
class FittedSum:
    """A cut on the first feature and some of the second, which is noise."""

    cut: FittedCut
    noise: float

    def score(self, inputs: bench.Inputs) -> np.ndarray:
        x = inputs.views["numbers"]
        blurred = x[:, :1] + self.noise * x[:, 1:]
        return self.cut.score(replace(inputs, views={"numbers": blurred}))

    def save(self, folder: Path) -> None:
        self.cut.save(folder)
        (folder / "noise.txt").write_text(repr(self.noise))


@dataclass(frozen=True)
class Learner(Cut):
    """Takes less of the noise the more events it has, by its seed; breaks on some number."""

    name = "learner"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedSum:
        if len(train.y) == BROKEN:
            raise ZeroDivisionError("on purpose")
        draw = np.random.default_rng(context.seed).uniform(5, 15)
        return FittedSum(super().fit(train, valid, context), float(draw / len(train.y) ** 0.5))

    def load(self, folder: Path, context: bench.Context) -> FittedSum:
        return FittedSum(super().load(folder, context), float((folder / "noise.txt").read_text()))


BASE = RunRequest(plugin="cut", dataset="toy", ratio="1:1")
FEW_BACKGROUND = replace(BASE, ratio="10:1", events=220)
REQUESTS = [
    *(replace(BASE, plugin="learner", train_events=n, seed=s) for n in SIZES for s in SEEDS),
    replace(BASE, plugin="learner", train_events=BROKEN),
    *(replace(BASE, train_events=n) for n in (*SIZES, 1200)),
    replace(BASE, train_events=1200, threshold="0.7"),
    *(replace(FEW_BACKGROUND, train_events=n) for n in SIZES),
    replace(BASE, ratio="1:10", events=220, train_events=200),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    place = Workplace.at(tmp_path_factory.mktemp("learning") / "place")
    place.add(Learner)
    for request in REQUESTS:
        try:
            run(request, place.registry, place.home, place.store, place.context)
        except RunFailedError:
            assert request.train_events == BROKEN
    return place.store


@pytest.fixture(scope="module")
def runs(store: Store) -> list[Run]:
    return list(store.runs())


@pytest.fixture(scope="module")
def events(runs: list[Run]) -> EventSet:
    return of_ratio(runs, "1:1")


def of_ratio(runs: list[Run], ratio: str) -> EventSet:
    (events,) = [events for events in event_sets(runs) if events.sample.ratio == ratio]
    return events


def curve(events: EventSet, title: str) -> LearningCurve:
    (one,) = [curve for curve in learning_curves(events) if curve.title == title]
    return one


def panels(one: LearningCurve, events: EventSet) -> list[Axes]:
    return learning([(Styles.of([[one.largest]])[one.largest], one)], events).axes


def test_a_curve_holds_the_seeds_at_each_number_of_events_that_was_fitted_on(
    events: EventSet,
) -> None:
    sizes = {size: len(s.runs) for size, s in curve(events, "learner").points.items()}
    assert sizes == dict.fromkeys(SIZES, len(SEEDS))
    assert list(curve(events, "cut").points) == [*SIZES, 1200]


def test_a_number_of_events_is_the_real_one_however_it_was_asked_for(
    runs: list[Run],
) -> None:
    (last,) = [run for run in runs if run.record.setting == "cut, train events 1200"]
    record = replace(last.record, request={**last.record.request, "train_events": "all"})
    others = [run for run in runs if run.record.request["train_events"] != 1200]
    cut = curve(of_ratio([*others, replace(last, record=record)], "1:1"), "cut")
    assert list(cut.points) == [*SIZES, 1200]
    assert [run.record.setting for run in cut.largest.runs] == ["cut, train events all"]


def test_events_of_another_sample_are_in_no_curve(runs: list[Run]) -> None:
    assert learning_curves(of_ratio(runs, "1:10")) == []


def test_the_figure_shows_the_median_and_band_over_seeds_of_the_runs_figures(
    events: EventSet,
) -> None:
    one = curve(events, "learner")
    for axes, name in zip(panels(one, events), ("auc", "max_sic"), strict=True):
        values = np.array(
            [[r.metrics().estimates[name].value for r in s.runs] for s in one.points.values()]
        )
        assert axes.lines[0].get_ydata() == pytest.approx(np.median(values, axis=1))
        band = axes.collections[0].get_paths()[0].vertices
        low, high = np.quantile(values, (0.16, 0.84), axis=1)
        assert set(band[:, 1].round(9)) == {*low.round(9), *high.round(9)}
        assert (high > low).all()
        assert axes.get_xscale() == "log"


def test_one_seed_alone_is_a_marker_with_the_interval_of_its_events(events: EventSet) -> None:
    one = curve(events, "cut")
    estimates = [s.runs[0].metrics().estimates["auc"] for s in one.points.values()]
    axes = panels(one, events)[0]
    bars = [c.get_segments()[0][:, 1] for c in axes.collections if len(c.get_paths()) == 1]
    ends = [bar for bar in bars if not np.isnan(bar).any()]
    assert np.array(ends) == pytest.approx(np.array([[e.low, e.high] for e in estimates]))


def test_a_maximum_at_its_floor_is_an_open_marker(events: EventSet) -> None:
    seen = set()
    for one in learning_curves(events):
        markers = [line for line in panels(one, events)[1].lines if line.get_marker() == "o"]
        for setting, marker in zip(one.points.values(), markers, strict=True):
            opened = marker.get_markerfacecolor() == "white"
            assert opened is any(stands_at_floor(run) for run in setting.runs)
            seen.add(opened)
    assert True in seen


def stands_at_floor(run: Run) -> bool:
    ranked = Ranking.of(run.scored()).curve()
    return ranked.at_floor(ranked.best_sic()[1])


def test_a_model_has_the_style_of_its_fits_on_most_events_in_other_figures(
    events: EventSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[Style, LearningCurve]] = []
    place = "bench.report.drawing.draw.learning"
    monkeypatch.setattr(place, lambda styled, _: drawn.extend(styled))
    curves = learning_curves(events)
    shown = without_smaller(events, curves)
    styles = Styles.of([shown.settings])
    assert draw_learning(curves, shown, Paper(tmp_path, "figures", styles)) == []
    subject = Subject.of(shown, styles)
    others = {
        line.get_label(): (line.get_color(), line.get_marker())
        for line in roc(subject).axes[0].lines
    }
    assert len(drawn) == len(curves) > 1
    figure = learning(drawn, events)
    for line, (_, one) in zip(figure.legends[0].get_lines(), drawn, strict=True):
        look = line.get_color(), line.get_marker()
        assert look == others[subject.label(of(shown, one.largest))]


def of(events: EventSet, largest: Setting) -> Setting:
    return next(s for s in events.settings if largest.runs[0] in s.runs)


@pytest.fixture(scope="module")
def report(runs: list[Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(runs, tmp_path_factory.mktemp("report"))


@pytest.fixture
def page(report: Path) -> str:
    return report.read_text()


def section(page: str, title: str) -> str:
    (body,) = [part for part in page.split("\n## ") if part.startswith(title)]
    return body


LEARNING = "How many events it takes: toy (twin), test 1:1"


def test_the_tables_hold_the_figures_of_the_runs_of_median_auc(page: str, events: EventSet) -> None:
    lines = rows(section(page, LEARNING).partition("max SIC by")[0])
    assert [line["model"] for line in lines] == [c.title for c in learning_curves(events)]
    for line in lines:
        points = curve(events, line["model"]).points
        for size in ("200", "800", "1200"):
            setting = points.get(int(size))
            estimate = setting.middle.metrics().estimates["auc"] if setting else None
            assert line[size] == figure(estimate)


def test_a_maximum_without_background_left_is_a_dash_that_says_why(page: str) -> None:
    part = section(page, "How many events it takes: toy (twin), test 10:1").partition("max SIC by")
    (line,) = rows(part[2])
    assert line["200"] == "– (1)"
    assert "(1) no threshold leaves 25 background events" in part[2]
    assert rows(part[0])[0]["200"].startswith("0.")


def test_only_fits_on_most_events_are_told_apart_and_every_run_keeps_its_row(
    page: str, events: EventSet
) -> None:
    lines = rows(section(page, events.heading).partition("\n\nModels")[0])
    titles = {line["model"] for line in lines}
    assert titles == {
        *("learner, train events 800", "cut, train events 1200, seed 0"),
        "cut, train events 1200, threshold 0.7, seed 0",
    }
    every = rows(section(page, "All runs"))
    assert len(every) == len(REQUESTS)
    assert page.index(LEARNING) < page.index(f"## {events.heading}")


def test_what_failed_or_is_void_is_left_out_with_a_word(store: Store, tmp_path: Path) -> None:
    copied = Store(Path(shutil.copytree(store.root, tmp_path / "runs")))
    voided = next(r for r in copied.runs() if r.record.setting == "learner, train events 800")
    record = replace(voided.record, status="void", error="B061")
    (voided.folder / RECORD).write_bytes(msgspec.json.encode(record))
    runs = list(copied.runs())
    assert len(curve(of_ratio(runs, "1:1"), "learner").points[800].runs) == 2
    events = of_ratio(runs, "1:1")
    blocks = learning_section(runs, events, learning_curves(events), [])
    part = blocks[-1].text
    assert (
        "Left out: learner on 400 events, seed 0 (failed); "
        f"learner on 800 events, seed {record.seed} (void)."
    ) in part


def test_what_was_done_again_and_well_is_not_missing(runs: list[Run], events: EventSet) -> None:
    good = next(run for run in runs if run.record.setting == "learner, train events 200")
    failed = next(run for run in runs if run.record.status == "failed")
    assert missing(runs, events) == [failed]
    again = replace(failed.record, train=good.record.train, seed=good.record.seed)
    others = [run for run in runs if run is not failed]
    assert missing([*others, replace(failed, record=again)], events) == []


def test_the_web_page_has_the_section_with_its_picture(report: Path) -> None:
    web = (report.parent / "report.html").read_text()
    assert f">{LEARNING}" in web
    assert f'alt="{LEARNING}' in web
    (picture,) = (report.parent / "figures").glob("learning-*-1-1-*.png")
    assert b64encode(picture.read_bytes()).decode() in web


def test_without_a_curve_there_is_no_section(runs: list[Run], tmp_path: Path) -> None:
    few = [run for run in runs if run.record.request["train_events"] == 200]
    paper = Paper(tmp_path, "", Styles.of([]))
    for events in event_sets(few):
        assert learning_curves(events) == []
        assert without_smaller(events, []) == events
        assert learning_section(few, events, [], draw_learning([], events, paper)) == []
    assert not list(tmp_path.iterdir())
