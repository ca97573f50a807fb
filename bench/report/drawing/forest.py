"""The leaders and the best of each family of every sample, a row each: AUC and maximum SIC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bench.metrics.floors import sic_label
from bench.report.drawing.layout import marked
from bench.report.drawing.scales import AUCS, SICS, chosen, logarithm, placed
from bench.report.drawing.sheet import labels, safe
from bench.report.drawing.styles import Styles
from bench.report.event_sets import Setting
from bench.report.learning import at_floor
from bench.report.tested import Tested

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.6
ROW, GAP, TOP, BOTTOM = 0.185, 0.62, 0.3, 0.62
"""Heights in inches: of a row, between two samples, over the first and under the last one."""
ROWS, FEWEST = 24, 5
"""Rows of the whole figure, and of a sample at least."""
LETTER = 0.068
"""Width of a letter of a label, in inches."""


def forest(tests: Sequence[Tested], styles: Styles | None = None) -> Figure:
    """A dot with its 95 % bar from the events for each, and a thin bar over its seeds."""
    from matplotlib.figure import Figure

    rows = [shown(one, _most(tests)) for one in tests]
    sizes = [ROW * len(settings) for settings in rows]
    height = TOP + sum(sizes) + GAP * (len(rows) - 1) + BOTTOM
    names = list(dict.fromkeys(s.name for settings in rows for s in settings))
    label = dict(zip(names, labels(names), strict=True))
    left = (LETTER * max(map(len, label.values())) + 0.15) / WIDTH
    width = (0.97 - left - 0.03) / 2
    figure = Figure(figsize=(WIDTH, height))
    known = styles or Styles.of([one.settings for one in tests])
    top = height - TOP
    panels: list[list[Axes]] = [[], []]
    for one, settings, size in zip(tests, rows, sizes, strict=True):
        for place, column in enumerate(panels):
            box = (left + place * (width + 0.03), (top - size) / height, width, size / height)
            column.append(figure.add_axes(box))
        _rows(panels[0][-1], "auc", settings, one, known)
        _rows(panels[1][-1], "max_sic", settings, one, known)
        panels[0][-1].set_yticks(range(len(settings)), [label[s.name] for s in settings])
        about = _about(one, settings)
        figure.text(0.01, (top + 0.08) / height, about, fontsize=8, va="bottom")
        top -= size + GAP
    _scale(panels[0], "AUC", AUCS, placed)
    _scale(panels[1], sic_label(tests[0].events.floor), SICS, logarithm)
    _legend(figure)
    return figure


def shown(tested: Tested, most: int) -> list[Setting]:
    """The leaders and the best of each family, at most so many leaders; all where all fit."""
    if len(tested.settings) <= most:
        return list(tested.settings)
    first = [tested.settings[0], *tested.best_of_others][: 2 * most]
    rest = [setting for setting in tested.leaders if setting not in first]
    chosen = first + rest[: max(0, most - len(first))]
    return [setting for setting in tested.settings if setting in chosen]


def undrawn(tests: Sequence[Tested]) -> list[str]:
    """Models that none of the samples has a row for."""
    drawn = {setting.name for one in tests for setting in shown(one, _most(tests))}
    every = dict.fromkeys(setting.name for one in tests for setting in one.settings)
    return [name for name in every if name not in drawn]


def _most(tests: Sequence[Tested]) -> int:
    return max(FEWEST, ROWS // len(tests))


def _about(tested: Tested, settings: Sequence[Setting]) -> str:
    more = sum(setting not in settings for setting in tested.leaders)
    also = f"  (+{more} tied)" if more else ""
    return f"{marked(tested.events.sample)}{safe(also)}"


def _rows(
    axes: Axes, name: str, settings: Sequence[Setting], tested: Tested, styles: Styles
) -> None:
    place_of = placed if name == "auc" else logarithm
    axes.set_ylim(len(settings) - 0.5, -0.5)
    leaders = tested.leaders
    for row, setting in enumerate(settings):
        if setting in leaders and len(tested.settings) > 1:
            axes.axhspan(row - 0.5, row + 0.5, color="0.93", linewidth=0, zorder=0)
        estimate = setting.middle.metrics().estimates.get(name)
        if estimate is None or estimate.value is None:
            axes.annotate("–", (0.02, row), xycoords=("axes fraction", "data"), va="center")
            continue
        style = styles[setting]
        own = style.colour
        if estimate.low is not None and estimate.high is not None:
            ends = place_of(estimate.low), place_of(estimate.high)
            axes.plot(ends, (row, row), color=own, linewidth=4, alpha=0.4, solid_capstyle="butt")
        seeds = [run.metrics().estimates[name].value for run in setting.runs]
        known = [place_of(value) for value in seeds if value is not None]
        if len(known) > 1:
            axes.plot((min(known), max(known)), (row, row), color="black", linewidth=0.9)
        face = "white" if name == "max_sic" and at_floor(setting) else own
        axes.plot(place_of(estimate.value), row, **style.point, markersize=5, mfc=face)
    axes.tick_params(labelsize=8, left=False, right=False, top=False, labelleft=name == "auc")
    axes.tick_params(which="minor", left=False, right=False, top=False, bottom=False)
    axes.grid(axis="x", color="0.85", linewidth=0.6)
    axes.set_axisbelow(True)


def _scale(
    column: Sequence[Axes],
    label: str,
    ticks: Sequence[float],
    place_of: Callable[[float], float],
) -> None:
    """One range for all samples, its ticks where there is room for them."""
    low, high = (
        pick(axes.dataLim.intervalx[i] for axes in column) for i, pick in ((0, min), (1, max))
    )
    low, high = (low, high) if low < high else (low - 0.1, high + 0.1)
    room = 0.05 * (high - low)
    shown_ticks = chosen(low - room, high + room, ticks, place_of, 2.9 * room)
    for axes in column:
        axes.set_xlim(low - room, high + room)
        axes.set_xticks(
            [place_of(tick) for tick in shown_ticks], [f"{tick:g}" for tick in shown_ticks]
        )
    column[-1].set_xlabel(label, fontsize=9)


def _legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        Line2D([], [], color="0.4", linewidth=4, alpha=0.5, label="95 % from events"),
        Line2D([], [], color="black", linewidth=0.9, label="range of seeds"),
        Patch(color="0.93", label="shares first place"),
        Line2D([], [], color="0.4", marker="o", mfc="white", linewidth=0, label="SIC at its floor"),
    ]
    figure.legend(handles=handles, loc="lower center", ncols=4, fontsize=7.5, borderaxespad=0.1)
