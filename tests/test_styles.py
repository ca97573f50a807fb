"""One style a model in all figures of a report, and styles that every reader can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from test_first_screen import called, made

from bench.report.costs import Costs
from bench.report.drawing.calibration import calibration
from bench.report.drawing.cost import cost
from bench.report.drawing.curves import roc, sic
from bench.report.drawing.forest import forest
from bench.report.drawing.history import history
from bench.report.drawing.sheet import STYLE, labels
from bench.report.drawing.slope import slope
from bench.report.drawing.styles import COLOURS, MEMBERS, Styles
from bench.report.drawing.subject import Subject
from bench.report.event_sets import EventSet, Setting, event_sets
from bench.report.page import _looked_at, _styles
from bench.report.up_to_date import find_reports
from bench.storage.archive import unpack
from bench.storage.store import Run, Store

REPORTS = find_reports(Path(__file__).parents[1] / "reports")
VISION = {
    "usual": np.eye(3),
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
"""How linear RGB is seen (Machado, Oliveira and Fernandes, IEEE TVCG 15 (2009) 1291)."""
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def linear(colour: str) -> np.ndarray:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Where a colour stands in CIELAB, whose distances are about those that are seen."""
    xyz = XYZ @ np.clip(rgb, 0, 1) / WHITE
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def look(line: Line2D) -> tuple[str, str, str]:
    """How a line or a marker is rendered."""
    pattern = line._dash_pattern[1] if line.get_linestyle() != "None" else ()
    width = line.get_linewidth()
    dashes = "" if not pattern else " ".join(f"{each / width:.2f}" for each in pattern)
    return to_hex(line.get_color()), str(line.get_marker()), dashes


def drawn(figure: Figure) -> dict[str, tuple[str, str, str]]:
    """How each model that a key names is rendered in a figure's panels, markers alone in others."""
    keys = [*figure.legends, *filter(None, (axes.get_legend() for axes in figure.axes))]
    shown = {
        text.get_text(): look(line)
        for key in keys
        for text, line in zip(key.get_texts(), key.legend_handles, strict=True)
        if isinstance(line, Line2D) and line.get_marker() != "None"
    }
    known = {line.get_label() for axes in figure.axes for line in axes.lines}
    return {name: style for name, style in shown.items() if name in known} or shown


def figures(folder: Path, home: Path) -> Iterator[tuple[str, Figure, dict[str, str]]]:
    """Every figure of a committed report whose key names models, with their whole names."""
    runs = unpack(folder, Store(home))
    samples = [_looked_at(events) for events in event_sets(runs)]
    styles = _styles(samples)
    for one in samples:
        subject = Subject.of(one.tested.events, styles)
        whole = {subject.label(setting): styles.key(setting) for setting in subject.settings}
        by_truth = {  # which alone have a calibration
            subject.label(setting): styles.key(setting)
            for setting in subject.settings
            if not setting.middle.record.weak
        }
        kinds = {
            "roc": roc(subject), "sic": sic(subject), "calibration": calibration(subject),
            "history": history(subject), "cost": cost(subject, Costs(runs)),
        }  # fmt: skip
        for name, figure in kinds.items():
            if figure is not None:
                yield name, figure, by_truth if name == "calibration" else whole


@pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)
def test_no_two_models_of_a_committed_report_share_a_style_in_any_of_its_figures(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.report.drawing.bands.CURVES", 2)  # bands have no part in this
    by_model: dict[str, set[tuple[str, str]]] = {}
    with mpl.rc_context(STYLE):
        for name, figure, whole in figures(folder, tmp_path):
            shown = drawn(figure)
            models = {label: style for label, style in shown.items() if label in whole}
            assert name in ("history", "cost") or set(models) == set(whole)
            assert len({style[:2] for style in models.values()}) == len(models), name
            for label, style in models.items():
                by_model.setdefault(whole[label], set()).add(style[:2])
    assert all(len(looks) == 1 for looks in by_model.values())
    assert len(set.union(set(), *by_model.values())) == len(by_model)


def test_the_first_screen_draws_the_models_as_all_else_does(runs: list[Run]) -> None:
    tests = [_looked_at(events).tested for events in event_sets(runs)]
    styles = Styles.of([one.settings for one in tests])
    first, second = tests
    points = [line for line in forest(tests, styles).axes[0].lines if line.get_marker() != "None"]
    for setting, point in zip(first.settings, points, strict=True):
        assert look(point)[:2] == (styles[setting].colour, styles[setting].marker)
    lines = slope(tests, styles).axes[0].lines
    shown = {look(line)[:2] for line in lines if line.get_marker() != "None"}
    names = {setting.name for setting in second.settings}
    shared = [setting for setting in first.settings if setting.name in names]
    assert shown == {(styles[s].colour, styles[s].marker) for s in shared}
    assert len(shown) == 2


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    return made(tmp_path_factory.mktemp("styles") / "place")


def many(runs: list[Run], count: int, package: str = "one") -> list[Setting]:
    request = runs[0].record.request
    return [
        Setting((called(runs[0], package=package, request={**request, "options": {"n": str(n)}}),))
        for n in range(count)
    ]


def test_a_family_has_a_colour_and_each_member_a_marker_and_a_line(runs: list[Run]) -> None:
    settings = [*many(runs, 20), *many(runs, 20, "two")]
    settings = [
        Setting(
            (called(s.runs[0], request={**s.runs[0].record.request, "options": {"n": str(i)}}),)
        )
        for i, s in enumerate(settings)
    ]
    styles = Styles.of([settings])
    assert {styles[s].colour for s in settings[:20]} == {COLOURS[0]}
    assert {styles[s].colour for s in settings[20:]} == {COLOURS[1]}
    assert len({(styles[s].marker, styles[s].dashes) for s in settings[:20]}) == 20
    assert len({styles[s] for s in settings}) == 40


def test_the_best_models_have_styles_of_their_own_however_many_there_are(runs: list[Run]) -> None:
    settings = many(runs, MEMBERS + 10)
    styles = Styles.of([settings[40:], settings[:20]])
    drawn_ones = [*settings[40:58], *settings[:18]]
    assert len({styles[setting] for setting in drawn_ones}) == len(drawn_ones)
    assert styles[settings[40]].marker == "o"


def test_two_seeds_that_are_compared_as_models_have_a_style_each(runs: list[Run]) -> None:
    settings = [Setting((run,)) for run in runs[:2]]
    assert settings[0].name == settings[1].name
    styles = Styles.of([settings])
    assert styles[settings[0]] != styles[settings[1]]
    sample = runs[0].record.sample
    subject = Subject.of(EventSet(sample, tuple(settings)))
    assert [subject.label(one) for one in settings] == ["cut, seed 0", "cut, seed 1"]


def test_the_colours_are_apart_for_every_kind_of_vision_and_from_white() -> None:
    for name, matrix in VISION.items():
        seen = [lab(np.array(matrix) @ linear(colour)) for colour in COLOURS]
        apart = min(np.linalg.norm(one - other) for one, other in combinations(seen, 2))
        assert apart > 15, name
    luminance = [float(XYZ[1] @ linear(colour)) for colour in COLOURS]
    assert min(1.05 / (each + 0.05) for each in luminance) > 3  # WCAG 2.2, 1.4.11


def test_a_label_is_the_same_in_every_figure_of_a_sample(runs: list[Run]) -> None:
    (events, *_) = event_sets(runs)
    subject = Subject.of(events)
    names = [subject.styles.key(setting) for setting in events.settings]
    assert [subject.label(setting) for setting in events.settings] == labels(names)
    fewer = replace(events, settings=events.settings[:1])
    assert Subject.of(fewer, subject.styles).style(events.settings[0]) == subject.style(
        events.settings[0]
    )
