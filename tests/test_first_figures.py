"""The figures of a report's first screen: the forest, and the order from sample to sample."""

from __future__ import annotations

from itertools import pairwise

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from test_first_screen import called, made, of_sample

from bench.metrics.ranking import AT_FLOOR
from bench.report.drawing.forest import forest, shown
from bench.report.drawing.scales import placed
from bench.report.drawing.slope import slope
from bench.report.drawing.styles import MARKERS
from bench.storage.store import Run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    return made(tmp_path_factory.mktemp("figures") / "place")


def test_the_forest_has_a_dot_a_bar_and_the_range_of_seeds(runs: list[Run]) -> None:
    one = of_sample(runs)
    axes = forest([one]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        setting.name for setting in one.settings
    ]
    lines = [
        (tuple(line.get_xdata()), line.get_marker(), line.get_linewidth()) for line in axes.lines
    ]
    last = one.settings[-1]
    estimate = last.middle.metrics().estimates["auc"]
    dots = [x for x, marker, _ in lines if marker in MARKERS]
    assert dots[-1] == pytest.approx([placed(estimate.value)])
    bars = [x for x, marker, width in lines if marker not in MARKERS and width > 2]
    assert bars[-1] == pytest.approx([placed(estimate.low), placed(estimate.high)])
    seeds = [x for x, marker, width in lines if marker not in MARKERS and width < 2]
    values = [placed(r.metrics().estimates["auc"].value) for r in last.runs]
    assert seeds[-1] == pytest.approx([min(values), max(values)])
    assert len(dots) == len(bars) == 3
    assert len(seeds) == 2  # the third has one seed


def test_the_forest_opens_the_marker_of_a_maximum_at_its_floor(runs: list[Run]) -> None:
    one = of_sample(runs, 1)
    markers = [line for line in forest([one]).axes[1].lines if line.get_marker() in MARKERS]
    opened = [line.get_markerfacecolor() == "white" for line in markers]
    notes = [s.middle.metrics().estimates["max_sic"] for s in one.settings]
    assert opened == [AT_FLOOR in note.note for note in notes if note.value is not None]


def test_a_forest_of_many_keeps_the_best_of_each_family(runs: list[Run]) -> None:
    many = [
        called(runs[number % 3], package="ab"[number > 6], scores=str(number),
               request={**runs[0].record.request, "options": {"n": str(number)}, "seed": 0})
        for number in range(9)
    ]  # fmt: skip
    one = of_sample([*many, *(called(other, package="last") for other in runs[3:6])])
    names = [setting.family for setting in shown(one, 4)]
    assert len(names) == 4
    assert set(names) == {"a", "b", "last"}
    assert len(shown(one, 20)) == len(one.settings)


def test_the_order_is_drawn_where_two_samples_share_models(runs: list[Run]) -> None:
    both = [of_sample(runs, place) for place in (0, 1)]
    figure = slope(both)
    lines = [(list(line.get_xdata()), list(line.get_ydata())) for line in figure.axes[0].lines]
    assert ([0, 1], [0.25, 0.25]) in lines
    assert ([0, 1], [0.75, 0.75]) in lines
    assert slope(both[:1]) is None
    assert slope([of_sample(runs[:1]), of_sample(runs[-2:-1])]) is None  # one model has no order


def test_the_order_draws_the_best_of_very_many_models(runs: list[Run]) -> None:
    def named(one: Run, number: int) -> Run:
        request = {**one.record.request, "options": {"n": f"{number:02d}"}, "seed": 0}
        return called(one, request=request, scores=str(number))

    many = [named(one, number) for one in (runs[0], runs[-2]) for number in range(30)]
    figure = slope([of_sample(many, place) for place in (0, 1)])
    names = {text.get_text() for text in figure.axes[0].texts}
    assert names == {f"cut, n={number:02d}" for number in range(24)}
    assert figure.get_figheight() < 5


def test_headings_of_the_order_never_overlap_however_long_names_are(runs: list[Run]) -> None:
    def named(one: Run, number: int) -> Run:
        words = {"width": "a_long_word", "n": str(number)}
        request = {**one.record.request, "options": words, "seed": 0}
        return called(one, request=request, scores=str(number))

    many = [named(one, number) for one in (runs[0], runs[-2]) for number in range(4)]
    figure = slope([of_sample(many, place % 2) for place in range(9)])
    FigureCanvasAgg(figure)
    figure.canvas.draw()
    heads = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    assert len(heads) == 9
    assert all(left.x1 < right.x0 for left, right in pairwise(heads))
    assert all(head.x0 >= 0 and head.y1 <= figure.bbox.height for head in heads)
