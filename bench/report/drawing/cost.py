"""Cost against quality: the time of a fit and of a million scores, against AUC and maximum SIC."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bench.report.drawing.layout import Frame, captioned, foot_key, foot_lines, grid
from bench.report.drawing.scales import AUCS, SICS, chosen, logarithm, placed
from bench.report.drawing.subject import Subject
from bench.report.event_sets import Setting
from bench.report.learning import at_floor
from bench.storage.store import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MILLION = 1_000_000
TIMES = {"1 ms": 0.001, "0.1 s": 0.1, "1 s": 1, "10 s": 10, "1 min": 60, "10 min": 600,
         "1 h": 3600, "10 h": 36_000, "4 d": 345_600, "40 d": 3_456_000}  # fmt: skip
"""Where ticks may stand, in seconds."""
FIGURES: dict[str, tuple[str, Sequence[float], Callable[[float], float]]] = {
    "auc": ("AUC", AUCS, placed),
    "max_sic": ("maximum SIC", SICS, logarithm),
}


@dataclass(frozen=True)
class Costs:
    """What models took, by all runs of a report: a fit that others reuse was made in one of them."""

    runs: Sequence[Run]

    @cached_property
    def _fits(self) -> dict[str, float]:
        fits: dict[str, float] = {}
        for run in self.runs:
            spent = run.record.seconds.get("fit")
            if run.record.fit and spent and not run.record.fit_reused:
                fits[run.record.fit] = spent
        return fits

    def fit(self, setting: Setting) -> float | None:
        """Seconds of a fit of a model, the median over its seeds; None where none was made here."""
        return _median([self._fits.get(run.record.fit or "") for run in setting.runs])

    def million(self, setting: Setting) -> float | None:
        """Seconds that a million scores take, by what those of its runs took, the median."""
        return _median([_of_a_million(run) for run in setting.runs])

    def unknown(self, settings: Sequence[Setting]) -> list[Setting]:
        """Models of which neither time is known."""
        return [s for s in settings if self.fit(s) is None and self.million(s) is None]


def cost(subject: Subject, costs: Costs) -> Figure | None:
    """A marker with its 95 % bar for each model, in four panels; nothing without any time."""
    kinds = {"seconds of a fit": costs.fit, "seconds of a million scores": costs.million}
    spent = {
        what: {subject.label(one): known for one in subject.settings if (known := of(one))}
        for what, of in kinds.items()
    }
    if not all(spent.values()):
        return None
    frame = Frame(3.7, 2.3, left=0.72, above=0.12)
    labels = [subject.label(setting) for setting in subject.settings]
    figure, panels, _ = grid(4, frame, foot=foot_lines(labels, 2 * frame.across))
    for row, (name, (ylabel, candidates, place_of)) in enumerate(FIGURES.items()):
        for column, (what, by_label) in enumerate(spent.items()):
            axes = panels[2 * row + column]
            for setting in subject.settings:
                if (seconds := by_label.get(subject.label(setting))) is not None:
                    _point(axes, subject, setting, seconds, name, place_of)
            axes.set_ylabel(ylabel if column == 0 else "")
            axes.set_xlabel(what.removeprefix("seconds of ") if row else "")
            _ticks(axes, by_label.values(), candidates, place_of)
    _key(figure, subject, spent)
    captioned(figure, subject.events.sample)
    return figure


def _point(
    axes: Axes,
    subject: Subject,
    setting: Setting,
    seconds: float,
    name: str,
    place_of: Callable[[float], float],
) -> None:
    estimate = setting.middle.metrics().estimates.get(name)
    if estimate is None or estimate.value is None:
        return
    style = subject.style(setting)
    if estimate.low is not None and estimate.high is not None:
        ends = place_of(estimate.low), place_of(estimate.high)
        axes.plot((seconds, seconds), ends, color=style.colour, linewidth=1, alpha=0.7)
    open_ = name == "max_sic" and at_floor(setting)
    face = "white" if open_ else style.colour
    axes.plot(seconds, place_of(estimate.value), **style.point, markersize=6, mfc=face)


def _ticks(
    axes: Axes,
    seconds: Iterable[float],
    candidates: Sequence[float],
    place_of: Callable[[float], float],
) -> None:
    values = list(seconds)
    low, high = min(values) / 2, max(values) * 2
    axes.set(xscale="log", xlim=(low, high))
    shown = {text: time for text, time in TIMES.items() if low <= time <= high}
    axes.set_xticks(list(shown.values()), list(shown))
    bottom, top = axes.get_ylim()
    ticks = chosen(bottom, top, candidates, place_of, 0.07 * (top - bottom))
    axes.set_yticks([place_of(tick) for tick in ticks], [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.tick_params(labelsize=8.5)
    axes.grid(color="0.92", linewidth=0.6)


def _key(figure: Figure, subject: Subject, spent: Mapping[str, Mapping[str, float]]) -> None:
    from matplotlib.lines import Line2D

    shown = [
        one for one in subject.settings if any(subject.label(one) in s for s in spent.values())
    ]
    handles = [
        Line2D([], [], **subject.style(one).point, markersize=6, label=subject.label(one))
        for one in shown
    ]
    foot_key(figure, handles)


def _of_a_million(run: Run) -> float | None:
    spent, sample = run.record.seconds.get("score evaluated"), run.record.sample
    if not spent or sample is None:
        return None
    return spent / (sample.signal + sample.background) * MILLION


def _median(values: Sequence[float | None]) -> float | None:
    from statistics import median

    known = [value for value in values if value is not None]
    return median(known) if known else None
