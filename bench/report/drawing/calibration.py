"""Calibration: the share of signal among events of a score, at the class ratio of these events."""

from __future__ import annotations

from collections.abc import Iterable
from math import log10
from typing import TYPE_CHECKING

from bench.report.calibrated import Calibrated
from bench.report.drawing.layout import Frame, captioned, grid, key_lines, keyed
from bench.report.drawing.subject import Subject
from bench.report.event_sets import Setting

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

NEAREST = 1e-5
"""How near to nought and to one a share is drawn."""
TICKS = (1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
AS_SCORED = ", as scored"
"""Said of a model whose class ratio in the fit is not known."""


def calibration(subject: Subject) -> Figure:
    """A line for each model against the odds of its scores; what is calibrated is on the diagonal.

    A bar without a marker has no event of one class, and is an interval all the same.
    """
    ones = {subject.label(setting): Calibrated.of(setting) for setting in subject.settings}
    names = {label: label if one.corrected else label + AS_SCORED for label, one in ones.items()}
    panels = subject.panels()
    frame = Frame(4.6 if len(panels) == 1 else 3.7, 3.1, left=0.75)
    lines = max(
        key_lines([names[subject.label(one)] for one in panel], frame.width) for panel in panels
    )
    figure, main, _ = grid(len(panels), frame, key=lines)
    ends = _ends(ones.values())
    prior = next(iter(ones.values())).prior
    for axes, settings in zip(main, panels, strict=True):
        axes.plot(ends, ends, color="0.6", linewidth=1, linestyle="--", zorder=1)
        axes.axvline(_place(prior), color="0.8", linewidth=0.8, zorder=1)
        for setting in settings:
            label = subject.label(setting)
            _line(axes, subject, setting, ones[label], names[label])
        axes.set(xlim=ends, ylim=ends, ylabel="share of signal")
        axes.set_xlabel(f"score, at {prior:.3g} signal")
        _ticks(axes, ends)
        keyed(axes)
    captioned(figure, subject.events.sample)
    return figure


def _line(axes: Axes, subject: Subject, setting: Setting, one: Calibrated, name: str) -> None:
    import numpy as np

    style = subject.style(setting)
    x = _places(one.score)
    axes.vlines(x, _places(one.low), _places(one.high), color=style.colour, linewidth=0.9)
    both = (one.share > 0) & (one.share < 1)
    shown = np.where(both, _places(one.share), np.nan)
    axes.plot(x, shown, **style.both, markersize=4.5, linewidth=1.1, label=name)


def _places(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where shares stand on an axis of log odds: (k,)."""
    import numpy as np

    inside = np.clip(shares, NEAREST, 1 - NEAREST)
    places: NDArray[np.float64] = np.log10(inside / (1 - inside))
    return places


def _place(share: float) -> float:
    inside = min(max(share, NEAREST), 1 - NEAREST)
    return log10(inside / (1 - inside))


def _ends(ones: Iterable[Calibrated]) -> tuple[float, float]:
    """From the lowest to the highest score and share, with room around."""
    import numpy as np

    rows = [_places(part) for one in ones for part in (one.score, one.share[one.share > 0])]
    values = np.concatenate(rows)
    low, high = (float(values.min()), float(values.max())) if len(values) else (-2.0, 2.0)
    return max(low - 0.6, _place(0.0)), min(high + 0.4, _place(1.0))


def _ticks(axes: Axes, ends: tuple[float, float]) -> None:
    shown = [tick for tick in TICKS if ends[0] <= _place(tick) <= ends[1]]
    places, texts = [_place(tick) for tick in shown], [f"{tick:.5g}" for tick in shown]
    axes.set_xticks(places, texts)
    axes.set_yticks(places, texts)
    axes.minorticks_off()
    axes.tick_params(labelsize=8.5)
