"""ROC and SIC against signal efficiency, each with the 95 % band that its events give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.metrics.floors import Floor
from bench.report.drawing.bands import Bands
from bench.report.drawing.layout import captioned, framed, grid, keyed
from bench.report.drawing.subject import Subject
from bench.report.event_sets import Setting
from bench.report.learning import at_floor
from bench.report.limits import rounded_down

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

EVERY = 24
"""Places from marker to marker of a line."""
RATIOS = {"1/10": 0.1, "1/5": 0.2, "1/2": 0.5, "1": 1.0, "2": 2.0, "5": 5.0, "10": 10.0}
"""Where ticks of ratios may stand."""
EFFICIENCY = "signal efficiency $\\epsilon_S$"
REJECTION, SIC = "background rejection $1/\\epsilon_B$", "SIC $\\epsilon_S/\\sqrt{\\epsilon_B}$"


def roc(subject: Subject, *, ratio: bool = True) -> Figure:
    """Background rejection at each signal efficiency, and its ratio to that of the first model."""
    panels = _with_first(subject)
    ratio = ratio and len(subject.settings) > 1
    frame = framed(len(panels), ratio=0.8 if ratio else 0.0)
    keys = [subject.lines(panel, frame) for panel in panels]
    figure, main, below = grid(len(panels), frame, keys=keys)
    for axes, settings in zip(main, panels, strict=True):
        _rejections(axes, subject, settings)
        axes.set(ylabel=REJECTION, yscale="log", xlim=(0, 1), ylim=(0.7, _most(subject)))
        keyed(axes)
    for axes, settings in zip(below, panels if ratio else [], strict=True):
        _ratios(axes, subject, settings)
    for axes in below or main:
        axes.set_xlabel(EFFICIENCY)
    captioned(figure, subject.events.sample)
    return figure


def sic(subject: Subject) -> Figure:
    """SIC at each signal efficiency, where enough background is left."""
    import numpy as np

    panels = _with_first(subject)
    frame = framed(len(panels))
    keys = [subject.lines(panel, frame) for panel in panels]
    figure, main, _ = grid(len(panels), frame, keys=keys)
    bands = list(subject.bands.values())
    top = max((float(np.nanmax(one.sic, initial=1.0)) for one in bands), default=1.0)
    for axes, settings in zip(main, panels, strict=True):
        _floor(axes, bands[0], subject.events.floor)
        for place, setting in enumerate(settings):
            one = subject.bands[subject.label(setting)]
            _line(axes, subject, setting, one.sic, place)
            _maximum(axes, subject, setting, one)
        axes.set(xlabel=EFFICIENCY, ylabel=SIC, xlim=(0, 1), ylim=(0, 1.08 * top))
        keyed(axes)
    captioned(figure, subject.events.sample)
    return figure


def _with_first(subject: Subject) -> list[list[Setting]]:
    """The panels, the first model of all in each of them."""
    first = subject.settings[0]
    return [panel if first in panel else [first, *panel] for panel in subject.panels()]


def _most(subject: Subject) -> float:
    """The end of the axis of rejections: where one event is left, and as much again above it."""
    return 12 * max((one.limit for one in subject.bands.values()), default=100.0)


def _line(
    axes: Axes, subject: Subject, setting: Setting, ends: NDArray[np.float64], place: int
) -> None:
    """A line with its band; the markers of the lines of a panel stand beside each other."""
    one = subject.bands[subject.label(setting)]
    style = subject.style(setting)
    value, low, high = ends
    marks = (3 + 4 * place, EVERY)
    label = subject.label(setting)
    axes.plot(one.efficiency, value, **style.both, markersize=4.5, markevery=marks, label=label)
    axes.fill_between(one.efficiency, low, high, color=style.colour, alpha=0.13, linewidth=0)


def _rejections(axes: Axes, subject: Subject, settings: Sequence[Setting]) -> None:
    lost = []
    for place, setting in enumerate(settings):
        one = subject.bands[subject.label(setting)]
        _line(axes, subject, setting, one.rejection, place)
        if one.end > 0:
            lost.append(one)
            _ended(axes, subject.style(setting).colour, one)
    if lost:
        limit = min(one.limit for one in lost)
        text = f"none left: > {rounded_down(limit)}"
        axes.annotate(
            text, (0, limit), (4, -3), textcoords="offset points", fontsize=7, color="0.3", va="top"
        )


def _ended(axes: Axes, colour: str, one: Bands) -> None:
    """Where no background is left: the lower limit, and an arrow upwards where the curve ends."""
    axes.hlines(one.limit, 0, one.end, color=colour, linewidth=0.8)
    arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
    tip = (one.end, 8 * one.limit)
    axes.annotate("", tip, (one.end, one.limit), arrowprops=arrow, annotation_clip=False)


def _ratios(axes: Axes, subject: Subject, settings: Sequence[Setting]) -> None:
    """The rejection of each model over that of the first one, whose own band is drawn."""
    import numpy as np

    first = subject.bands[subject.label(settings[0])]
    style = subject.style(settings[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = first.rejection[1:] / first.rejection[0]
    axes.fill_between(first.efficiency, low, high, color=style.colour, alpha=0.13, linewidth=0)
    for place, setting in enumerate(settings):
        one = subject.bands[subject.label(setting)]
        ratio = one.rejection[0] / first.rejection[0]
        marks = (3 + 4 * place, EVERY)
        axes.plot(
            one.efficiency, ratio, **subject.style(setting).both, markersize=3.5, markevery=marks
        )
    low, high = _range(subject)
    axes.set(yscale="log", ylim=(low, high))
    axes.set_ylabel("ratio to\nthe first", fontsize=8)
    shown = {text: ratio for text, ratio in RATIOS.items() if low <= ratio <= high}
    axes.set_yticks(list(shown.values()), list(shown))
    axes.minorticks_off()


def _range(subject: Subject) -> tuple[float, float]:
    """Of the ratios of all panels, as far as a tenth and ten."""
    import numpy as np

    first, *others = (one.rejection[0] for one in subject.bands.values())
    ratios = np.concatenate(others) / np.tile(first, len(others))
    seen = np.log10(ratios[np.isfinite(ratios)])
    ends = np.quantile(seen, [0.02, 0.98]) if len(seen) else (0.0, 0.0)
    low, high = min(-0.35, ends[0] - 0.1), max(0.35, ends[1] + 0.1)
    return 10 ** max(low, -1.0), 10 ** min(high, 1.0)


def _floor(axes: Axes, one: Bands, floor: Floor) -> None:
    """Where fewer background events are left than a SIC is believed of."""
    edge = one.efficiency / one.floor**0.5
    axes.fill_between(one.efficiency, edge, edge[-1] * 2, color="0.92", linewidth=0, zorder=0)
    axes.plot(one.efficiency, edge, color="0.55", linewidth=0.9, zorder=0.5)
    few = f"fewer than {floor.events} background events left"
    text = f"a background efficiency under {floor.brief.split()[-1]}" if floor.rate else few
    axes.text(0.02, 0.97, text, transform=axes.transAxes, fontsize=7, color="0.3", va="top")


def _maximum(axes: Axes, subject: Subject, setting: Setting, one: Bands) -> None:
    """The largest SIC: an open marker where it stands at the floor."""
    import numpy as np

    if np.isnan(one.sic[0]).all():
        return
    place = int(np.nanargmax(one.sic[0]))
    style = subject.style(setting)
    face = "white" if at_floor(Setting((setting.middle,))) else style.colour
    axes.plot(one.efficiency[place], one.sic[0][place], **style.point, markersize=7, mfc=face)
