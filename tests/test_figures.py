"""What the figures of a report show: samples, limits, floors, ratios, and what is not in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure
from PIL import Image
from test_first_screen import called, made

from bench.api.errors import RequestError
from bench.cli.report import command
from bench.metrics.curve import BACKGROUND_FLOOR, Ranking
from bench.report import tested as apart
from bench.report.blocks import Picture
from bench.report.costs import Costs
from bench.report.drawing.bands import Bands
from bench.report.drawing.calibration import calibration
from bench.report.drawing.cost import cost
from bench.report.drawing.curves import roc, sic
from bench.report.drawing.distributions import scores, sculpting
from bench.report.drawing.history import Losses, history
from bench.report.drawing.matrix import matrix
from bench.report.drawing.sheet import STYLE
from bench.report.drawing.subject import MOST, Subject
from bench.report.event_sets import EventSet, Setting, event_sets
from bench.report.limits import rounded_down
from bench.report.markdown import markdown
from bench.report.page import write_report
from bench.report.web.page import html
from bench.storage.report_contents import Contents
from bench.storage.store import Run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    return made(tmp_path_factory.mktemp("figures") / "place")


@pytest.fixture(scope="module")
def events(runs: list[Run]) -> EventSet:
    return event_sets(runs)[0]


def many(runs: list[Run], count: int) -> EventSet:
    """The first model so many times, in families of three."""
    request = runs[0].record.request
    settings = [
        Setting(
            (
                called(
                    runs[0],
                    package=f"p{n // 3}",
                    request={**request, "options": {"n": f"{n:02d}"}},
                ),
            )
        )
        for n in range(count)
    ]
    return replace(event_sets(runs)[0], settings=tuple(settings))


def every(events: EventSet, runs: list[Run]) -> dict[str, Figure]:
    subject = Subject.of(events)
    drawn: dict[str, Callable[[], Figure | None]] = {
        "roc": lambda: roc(subject),
        "sic": lambda: sic(subject),
        "cost": lambda: cost(subject, Costs(runs)),
        "scores": lambda: scores(subject),
        "calibration": lambda: calibration(subject),
        "sculpting": lambda: sculpting(subject),
        "history": lambda: history(subject),
        "pairs": lambda: matrix(subject, apart.Tested.of(events)),
    }
    with mpl.rc_context(STYLE):
        figures = {name: draw() for name, draw in drawn.items()}
    return {name: figure for name, figure in figures.items() if figure is not None}


@pytest.mark.parametrize("count", [1, 3, 18])
def test_a_figure_says_its_sample_and_lays_no_key_on_data(runs: list[Run], count: int) -> None:
    shown = many(runs, count)
    figures = every(shown, runs)
    assert len(figures) == (8 if count > 1 else 7)  # one model has no pairs
    for name, figure in figures.items():
        texts = [text.get_text() for text in figure.texts]
        assert any("Simulation" in t and "toy (twin), test split" in t for t in texts), name
        figure.draw_without_rendering()
        keys = [*figure.legends, *filter(None, (axes.get_legend() for axes in figure.axes))]
        assert keys, name
        for box in (key.get_window_extent() for key in keys):
            assert not any(box.overlaps(axes.bbox.padded(-1)) for axes in figure.axes), name
            assert box.x0 >= 0, name
            assert box.x1 <= figure.bbox.x1, name


def test_more_than_six_curves_have_panels_with_the_first_in_each(runs: list[Run]) -> None:
    for count in (1, 6, 7, 18):
        subject = Subject.of(many(runs, count))
        panels = subject.panels()
        assert sum(map(len, panels)) == count
        assert (len(panels) > 1) is (count > 6)
        main = roc(subject, ratio=False).axes
        labels = [{line.get_label() for line in axes.lines} for axes in main]
        assert max(map(len, labels)) <= 6
        assert all(subject.label(subject.settings[0]) in names for names in labels)


def test_a_curve_ends_in_its_limit_where_no_background_is_left(events: EventSet) -> None:
    subject = Subject.of(events)
    axes = roc(subject).axes[0]
    ends = {label: one for label, one in subject.bands.items() if one.end > 0}
    assert ends
    limits = [c.get_segments()[0] for c in axes.collections if hasattr(c, "get_segments")]
    for (label, one), segment in zip(ends.items(), limits, strict=True):
        assert segment == pytest.approx(np.array([[0, one.limit], [one.end, one.limit]])), label
        assert np.isfinite(one.rejection[0][one.efficiency > one.end + 0.02]).all()
        assert np.isnan(one.rejection[0][one.efficiency < one.end]).all()
    one = next(iter(ends.values()))
    background = int((subject.settings[0].middle.scored().y == 0).sum())
    assert (1 - 1 / one.limit) ** background == pytest.approx(0.05)
    assert any(f"> {rounded_down(one.limit)}" in text.get_text() for text in axes.texts)


def test_the_ratio_is_that_to_the_first_model(events: EventSet) -> None:
    subject = Subject.of(events)
    first, second, *_ = (one.rejection[0] for one in subject.bands.values())
    ratio = roc(subject).axes[1].lines[1].get_ydata()
    known = np.isfinite(first) & np.isfinite(second)
    assert known.sum() > 50
    assert ratio[known] == pytest.approx((second / first)[known])


def test_the_floor_of_sic_is_where_the_curves_begin(events: EventSet) -> None:
    one = Bands.of(events.settings[0])
    background = int((events.settings[0].middle.scored().y == 0).sum())
    assert one.floor == pytest.approx(BACKGROUND_FLOOR / background)
    begins = int(np.flatnonzero(np.isfinite(one.sic[0]))[0])
    edge = one.efficiency[begins] / one.floor**0.5
    assert edge * 0.9 < one.sic[0][begins] <= edge * (1 + 1e-9)
    lines = [line for line in sic(Subject.of(events)).axes[0].lines if line.get_color() == "0.55"]
    assert lines[0].get_ydata() == pytest.approx(one.efficiency / one.floor**0.5)


def test_bands_hold_the_curve_that_was_seen(events: EventSet) -> None:
    setting = events.settings[0]
    one, curve = Bands.of(setting), Ranking.of(setting.middle.scored()).curve()
    passed = np.interp(one.efficiency, curve.signal, curve.background)
    known = np.isfinite(one.rejection[0])
    assert one.rejection[0][known] == pytest.approx(1 / passed[known])
    low, high = one.rejection[1:, known]
    inside = (low <= one.rejection[0][known]) & (one.rejection[0][known] <= high)
    assert inside.mean() > 0.95


def test_losses_are_averaged_over_a_tenth_of_the_training() -> None:
    rng = np.random.default_rng(1)
    noisy = Losses(np.arange(400.0), 0.5 + rng.normal(0, 0.1, 400))
    assert noisy.smoothed().std() < 0.03
    assert Losses(np.arange(50.0), np.full(50, 0.3)).smoothed() == pytest.approx(np.full(50, 0.3))
    line = Losses(np.arange(100.0), np.arange(100.0)).smoothed()
    assert line[10:90] == pytest.approx(np.arange(10.0, 90.0))


def test_models_that_are_not_drawn_are_named_under_the_figure(
    runs: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.report.drawing.subject.MOST", 2)
    page = write_report(runs, tmp_path)
    names = [setting.name for setting in event_sets(runs)[0].settings]
    part = page.read_text().partition("![ROC with its 95 % band: toy (twin), test natural")[2]
    assert part.partition("\n\n")[2].startswith(f"Not drawn: {names[2]}.")
    assert f"<p>Not drawn: {names[2]}.</p>" in (tmp_path / "report.html").read_text()
    assert MOST == 18


def test_many_that_are_not_drawn_are_folded(tmp_path: Path) -> None:
    (tmp_path / "f.png").write_bytes(b"")
    few, lots = (Picture("f.png", "F", [f"m{n}" for n in range(count)]) for count in (8, 9))
    assert markdown([few]).count("<details>") == html([few], tmp_path).count("<details>") == 0
    for page in (markdown([lots]), html([lots], tmp_path)):
        assert "<summary>Not drawn: 9 models</summary>" in page
        assert "m0; m1; m2; m3; m4; m5; m6; m7; m8." in page


def test_vector_formats_stand_beside_the_pictures_where_they_are_asked_for(
    runs: list[Run], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        write_report(runs[:1], tmp_path / name, Contents(formats=("pdf", "svg")))
    files = sorted((tmp_path / "one" / "figures").iterdir())
    stems = {file.stem for file in files}
    assert {file.suffix for file in files} == {".png", ".pdf", ".svg"}
    assert len(files) == 3 * len(stems)
    for file in files:
        assert file.read_bytes() == (tmp_path / "two" / "figures" / file.name).read_bytes()
    assert (tmp_path / "one" / "figures" / "forest.pdf").read_bytes().startswith(b"%PDF")


def test_a_picture_has_300_dots_an_inch_and_is_shown_a_third_as_wide(
    runs: list[Run], tmp_path: Path
) -> None:
    web = (write_report(runs[:1], tmp_path).parent / "report.html").read_text()
    (file,) = (tmp_path / "figures").glob("roc-*.png")
    picture = Image.open(file)
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert f'width="{picture.width // 3}"' in web
    assert picture.convert("RGB").getpixel((picture.width - 1, picture.height - 1)) == (255,) * 3


def test_formats_are_asked_for_by_name(runs: list[Run], tmp_path: Path) -> None:
    words = [
        runs[0].name,
        "--runs",
        str(runs[0].folder.parent),
        "-o",
        str(tmp_path / "r"),
        "--formats",
    ]
    ran = CliRunner().invoke(command, [*words, "png,pdf"], standalone_mode=False)
    assert ran.exception is None
    assert {file.suffix for file in (tmp_path / "r" / "figures").iterdir()} == {".png", ".pdf"}
    ran = CliRunner().invoke(command, [*words, "eps"], standalone_mode=False)
    assert isinstance(ran.exception, RequestError)
    assert str(ran.exception) == "no format 'eps'; there is: pdf, png, svg"
