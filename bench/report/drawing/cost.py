"""Cost against quality: the time of a fit and of a million scores, against AUC and maximum SIC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from bench.metrics.floors import sic_label
from bench.report.costs import Costs
from bench.report.drawing.layout import Frame, captioned, foot_key, foot_lines, grid
from bench.report.drawing.scales import (
    FINER_AUCS,
    FINER_SICS,
    chosen,
    exponential,
    logarithm,
    placed,
    unplaced,
)
from bench.report.drawing.subject import Subject
from bench.report.event_sets import Setting
from bench.report.learning import at_floor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TIMES = {
    **{"1 ms": 0.001, "10 ms": 0.01, "0.1 s": 0.1, "1 s": 1, "10 s": 10, "1 min": 60},
    **{"10 min": 600, "1 h": 3600, "10 h": 36_000, "4 d": 345_600, "40 d": 3_456_000},
}
"""Where ticks may stand, in seconds."""
FEWEST = 3
"""Ticks of an axis of quality."""


@dataclass(frozen=True)
class Quality:
    """A figure that models are good by, and its axis."""

    name: str
    label: str
    candidates: Sequence[float]
    """Where ticks may stand."""
    place_of: Callable[[float], float]
    value_of: Callable[[float], float]

    def ticks(self, low: float, high: float) -> list[float]:
        """Round values between two places, of any step where too few of the roundest are there."""
        from matplotlib.ticker import MaxNLocator

        ticks = chosen(low, high, self.candidates, self.place_of, 0.08 * (high - low))
        if len(ticks) >= FEWEST:
            return ticks
        steps = MaxNLocator(FEWEST).tick_values(self.value_of(low), self.value_of(high))
        return [float(tick) for tick in steps if low <= self.place_of(tick) <= high]


QUALITIES = (
    Quality("auc", "AUC", FINER_AUCS, placed, unplaced),
    Quality("max_sic", "maximum SIC", FINER_SICS, logarithm, exponential),
)


def cost(subject: Subject, costs: Costs) -> Figure | None:
    """A marker with its 95 % bar for each model, in four panels; nothing without both times."""
    kinds = {"time of a fit": costs.fit, "time of a million scores": costs.million}
    spent = {
        what: [(one, known) for one in subject.settings if (known := of(one)) is not None]
        for what, of in kinds.items()
    }
    if not all(spent.values()):
        return None
    absent = costs.unknown(subject.settings)
    shown = [setting for setting in subject.settings if setting not in absent]
    frame = Frame(3.4, 2.1, above=0.12)
    foot = foot_lines([subject.label(one) for one in shown], 2 * frame.across)
    figure, panels, _ = grid(4, frame, foot=foot)
    for row, quality in enumerate(QUALITIES):
        beside = panels[2 * row : 2 * row + 2]
        beside[1].sharey(beside[0])
        for axes, (what, seconds) in zip(beside, spent.items(), strict=True):
            _points(axes, subject, seconds, quality)
            axes.set_xlabel(what if quality is QUALITIES[-1] else "")
        sic = quality.name == "max_sic"
        beside[0].set_ylabel(sic_label(subject.events.floor) if sic else quality.label)
        _ticks(beside[0], quality)
    _key(figure, subject, shown)
    captioned(figure, subject.events.sample)
    return figure


def _points(
    axes: Axes, subject: Subject, costs: Sequence[tuple[Setting, float]], quality: Quality
) -> None:
    for setting, spent in costs:
        estimate = setting.middle.metrics().estimates.get(quality.name)
        if estimate is None or estimate.value is None:
            continue
        style = subject.style(setting)
        if estimate.low is not None and estimate.high is not None:
            ends = quality.place_of(estimate.low), quality.place_of(estimate.high)
            axes.plot((spent, spent), ends, color=style.colour, linewidth=1, alpha=0.7)
        open_ = quality.name == "max_sic" and at_floor(setting)
        face = "white" if open_ else style.colour
        place = quality.place_of(estimate.value)
        axes.plot(spent, place, **style.point, markersize=6, mfc=face)
    seconds = [spent for _, spent in costs]
    middle, reach = sqrt(min(seconds) * max(seconds)), sqrt(max(seconds) / min(seconds))
    low, high = middle / max(2 * reach, 12), middle * max(2 * reach, 12)
    axes.set(xscale="log", xlim=(low, high))
    times = {text: time for text, time in TIMES.items() if low <= time <= high}
    axes.set_xticks(list(times.values()), list(times))
    axes.grid(color="0.92", linewidth=0.6)
    axes.tick_params(labelsize=8)


def _ticks(axes: Axes, quality: Quality) -> None:
    ticks = quality.ticks(*axes.get_ylim())
    axes.set_yticks([quality.place_of(tick) for tick in ticks], [f"{tick:g}" for tick in ticks])
    for one in axes.get_shared_y_axes().get_siblings(axes):
        one.minorticks_off()


def _key(figure: Figure, subject: Subject, shown: Sequence[Setting]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], **subject.style(one).point, markersize=6, label=subject.label(one))
        for one in shown
    ]
    foot_key(figure, handles)
