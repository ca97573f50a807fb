"""How the order of the models changes from sample to sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from bench.report.drawing.sheet import labels, safe, short
from bench.report.drawing.styles import Style, Styles
from bench.report.event_sets import Setting
from bench.report.samples import MARKS
from bench.report.tested import Tested

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, ROW, EDGE = 6.2, 0.15, 0.72
"""In inches: the figure, the height of a model, and that of what is above and below."""
MOST = 24
"""Models that are drawn: those that stand highest in any sample."""
LETTER, HEAD, LINE = 0.062, 0.085, 0.14
"""Width of a letter of a label and of a heading, and height of a line of a heading, in inches."""
LONGEST = 16
"""Letters of a line of a heading."""


def slope(tests: Sequence[Tested], styles: Styles | None = None) -> Figure | None:
    """A line for each model of two samples or more, by AUC, the best one at the top.

    A sample with fewer models spreads them over the same height. Nothing where fewer than two of
    them have an order to compare.
    """
    from matplotlib.figure import Figure

    orders = _orders(tests)
    if not orders:
        return None
    most = max(map(len, orders))
    names = list(dict.fromkeys(name for order in orders for name in order))
    heads = [_headed(one) for one in tests]
    edge = EDGE + LINE * (max(head.count("\n") for head in heads) - 1)
    height = ROW * most + edge
    label = dict(zip(names, labels(names), strict=True))
    margin = LETTER * max(map(len, label.values())) + 0.25
    apart = HEAD * max(len(line) for head in heads for line in head.splitlines())
    width = max(WIDTH, 2 * margin + apart * (len(tests) - 1))
    figure = Figure(figsize=(width, height))
    box = (margin / width, 0.12 / height, 1 - 2 * margin / width, 1 - edge / height)
    axes = figure.add_axes(box)
    known = styles or Styles.of([one.settings for one in tests])
    for name in names:
        _line(axes, name, orders, known, label[name])
    axes.set(xlim=(-0.06, len(tests) - 0.94), ylim=(1, 0))
    axes.set_xticks(range(len(tests)), heads)
    axes.xaxis.tick_top()
    axes.tick_params(which="both", length=0, labelleft=False, labelsize=9)
    axes.spines[:].set_visible(False)
    figure.text(0.01, 1 - 0.06 / height, _marks(tests), fontsize=8.5, va="top")
    return figure


def _headed(tested: Tested) -> str:
    """The sample's short name, in short lines, over its edition."""
    name = fill(short(tested.events.brief), LONGEST, break_long_words=False)
    return f"{name}\n({safe(tested.events.sample.edition)})"


def _marks(tests: Sequence[Tested]) -> str:
    """That samples are simulated by the bench, and which of them where not all are."""
    by_edition = {kind: MARKS.get(kind, "") for kind in _editions(tests)}
    marks = [
        f"$\\bf{{{mark}}}$" + (f": {safe(edition)}" if len(by_edition) > 1 else "")
        for edition, mark in by_edition.items()
        if mark
    ]
    return "\n".join(marks)


def _editions(tests: Sequence[Tested]) -> list[str]:
    return list(dict.fromkeys(one.events.sample.kind for one in tests))


def unordered(tests: Sequence[Tested]) -> list[str]:
    """Models that are on one sample alone, or that there is no room for."""
    drawn = {name for order in _orders(tests) for name in order}
    every = dict.fromkeys(setting.name for one in tests for setting in one.settings)
    return [name for name in every if name not in drawn]


def _orders(tests: Sequence[Tested]) -> list[dict[str, tuple[float, Setting, bool]]]:
    """The models of each sample that others have too: height, setting, whether it is first."""
    best: dict[str, int] = {}
    for one in tests:
        for place, setting in enumerate(one.settings):
            best[setting.name] = min(place, best.get(setting.name, place))
    counts = Counter(setting.name for one in tests for setting in one.settings)
    several = [name for name in best if counts[name] > 1]
    drawn = set(sorted(several, key=lambda name: best[name])[:MOST])
    orders = []
    for one in tests:
        shared = [setting for setting in one.settings if setting.name in drawn]
        heights = [(place + 0.5) / len(shared) for place in range(len(shared))]
        rows = zip(heights, shared, strict=True)
        orders.append({s.name: (height, s, s in one.leaders) for height, s in rows})
    return orders if sum(len(order) > 1 for order in orders) > 1 else []


def _line(
    axes: Axes,
    name: str,
    orders: Sequence[dict[str, tuple[float, Setting, bool]]],
    styles: Styles,
    label: str,
) -> None:
    points = [(place, *order[name]) for place, order in enumerate(orders) if name in order]
    style: Style = styles[points[0][2]]
    places, heights = [point[0] for point in points], [point[1] for point in points]
    axes.plot(places, heights, **style.line, linewidth=1.2, alpha=0.8)
    for place, height, _, first in points:
        face = style.colour if first else "white"
        axes.plot(place, height, **style.point, markersize=5, mfc=face)
    ends = {0: ("right", -7), len(orders) - 1: ("left", 7)}
    sides = [(point, *ends[point[0]]) for point in points if point[0] in ends]
    for point, side, shift in sides or [(points[-1], "left", 7)]:
        axes.annotate(
            label,
            (point[0], point[1]),
            (shift, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=7.5,
            color=style.colour,
            annotation_clip=False,
        )
