"""AUC and maximum SIC against train events, or events seen so far, a line for each model."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING, TypeAlias

from bench.metrics.floors import sic_label
from bench.report.drawing.layout import Frame, captioned, foot_key, foot_lines, grid
from bench.report.drawing.sheet import short
from bench.report.drawing.styles import Style
from bench.report.event_sets import EventSet, Setting
from bench.report.learning import LearningCurve, at_floor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Styled: TypeAlias = "tuple[Style, LearningCurve]"
PANELS = ("auc", "max_sic")
TITLE = 90
"""Letters of a title in the key."""
ROOM = 0.12
"""Share of the axis that a number takes."""
APART = 0.015
"""How far the markers of two models at one number of events stand apart, in decades."""


def learning(
    curves: Sequence[Styled],
    events: EventSet,
    xlabel: str = "train events",
    scale: str = "log",
    levels: Sequence[Setting | None] = (),
) -> Figure:
    """A panel for each figure that there is, each curve in the style of its model.

    Args:
        curves: each with its style.
        events: what they were scored on.
        xlabel: what the points stand at.
        scale: `log` for numbers of events that grow by factors, `symlog` where 0 is one of them,
            or `linear`.
        levels: what each curve is to come to, a dotted line; none or one for each curve.
    """
    from matplotlib.lines import Line2D
    from matplotlib.ticker import NullFormatter

    settings = [setting for _, curve in curves for setting in curve.points.values()]
    shown = [name for name in PANELS if any(not isnan(middle(s, name)[0]) for s in settings)]
    titles = [short(curve.title, TITLE) for _, curve in curves]
    frame = Frame(4.2, 3.4, left=0.72, right=0.2, below=0.5)
    foot = foot_lines(titles, len(shown) * frame.across)
    figure, panels, _ = grid(len(shown), frame, foot=foot)
    ticks = _ticks(sorted({size for _, curve in curves for size in curve.points}))
    for axes, name in zip(panels, shown, strict=True):
        for number, (style, curve) in enumerate(curves):
            shift = 10 ** (APART * (number - (len(curves) - 1) / 2)) if scale == "log" else 1.0
            _line(axes, curve, name, style, shift)
            if levels and (level := levels[number]):
                axes.axhline(middle(level, name)[0], color=style.colour, ls=":", lw=1)
        axes.set(xlabel=xlabel, ylabel=_label(name, events))
        # below the least number that is not 0 the axis is linear, so that 0 has a place
        linear = {"linthresh": min(filter(None, ticks), default=1)} if scale == "symlog" else {}
        axes.set_xscale(scale, **linear)
        if linear:
            axes.set_xlim(left=-linear["linthresh"] / 4)
        if scale == "linear":
            continue
        axes.set_xticks(ticks, [str(size) for size in ticks])
        axes.xaxis.set_minor_formatter(NullFormatter())
    handles = [
        Line2D([], [], **style.both, markersize=5, label=title)
        for (style, _), title in zip(curves, titles, strict=True)
    ]
    foot_key(figure, handles)
    captioned(figure, events.sample)
    return figure


def _label(name: str, events: EventSet) -> str:
    return sic_label(events.floor) if name == "max_sic" else "AUC"


def _ticks(sizes: Sequence[int]) -> list[int]:
    """The sizes that have room for their numbers beside each other."""
    least = min(filter(None, sizes), default=1)
    room = (sizes[-1] / least) ** ROOM
    ticks = [sizes[0]]
    for size in sizes[1:]:
        if size >= room * ticks[-1]:
            ticks.append(size)
    return ticks


def _line(axes: Axes, curve: LearningCurve, name: str, style: Style, shift: float) -> None:
    """The middle over the sizes; a band where there are seeds, bars where there is one alone."""
    import numpy as np

    sizes = np.array(list(curve.points), dtype=np.float64) * shift
    middles = np.array([middle(setting, name) for setting in curve.points.values()])  # (k, 3)
    several = np.array([setting.spread(name) is not None for setting in curve.points.values()])
    value, low, high = middles.T
    color = style.colour
    axes.plot(sizes, value, **style.line)
    bottom, top = (np.where(several, end, np.nan) for end in (low, high))
    axes.fill_between(sizes, bottom, top, color=color, alpha=0.18, linewidth=0)
    apart = ~(np.append(several[1:], False) | np.append(False, several[:-1]))  # no band would show
    axes.vlines(sizes[apart], bottom[apart], top[apart], color=color, alpha=0.18, linewidth=6)
    for place, (size, setting) in enumerate(curve.points.items()):
        is_chosen = size == curve.chosen
        open_ = name == "max_sic" and at_floor(setting)
        bars = None if several[place] else np.abs(middles[place, 1:] - value[place])[:, None]
        axes.errorbar(
            sizes[place],
            value[place],
            yerr=bars,
            color=color,
            elinewidth=1,
            marker="*" if is_chosen else style.marker,
            markersize=12 if is_chosen else 5,
            markerfacecolor="white" if open_ else color,
        )


def middle(setting: Setting, name: str) -> tuple[float, float, float]:
    """A figure with its ends: over the seeds, or of one seed by its events; NaN for none."""
    if spread := setting.spread(name):
        return spread.median, spread.low, spread.high
    estimate = setting.middle.metrics().estimates.get(name)
    ends = (estimate.value, estimate.low, estimate.high) if estimate else (None, None, None)
    value, low, high = (float("nan") if end is None else end for end in ends)
    return value, low, high
