"""Calibration: the share of signal among events of a score, at the class ratio of these events."""

from __future__ import annotations

from collections.abc import Iterable
from math import log10
from typing import TYPE_CHECKING

from bench.report.calibrated import BINS, WIDTH, Calibrated
from bench.report.drawing.layout import captioned, framed, grid, key_lines, keyed
from bench.report.drawing.subject import Subject
from bench.report.event_sets import Setting

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

NEAREST = 1e-9
"""How near to nought and to one a share can be placed."""
TICKS = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
AS_SCORED = ", as scored"
"""Said of a model whose class ratio in the fit is not known."""


def calibration(subject: Subject) -> Figure:
    """A line for each model against the odds of its scores; what is calibrated is on the diagonal.

    A bar without a marker has no event of one class, and is an interval all the same.
    """
    ones = {subject.label(setting): Calibrated.of(setting) for setting in subject.settings}
    names = {label: label if one.corrected else label + AS_SCORED for label, one in ones.items()}
    panels = subject.panels()
    frame = framed(len(panels), left=0.82)
    keys = [key_lines([names[subject.label(s)] for s in panel], frame.width) for panel in panels]
    figure, main, _ = grid(len(panels), frame, keys=keys)
    prior = next(iter(ones.values())).prior
    ends = _ends(ones.values(), prior)
    for axes, settings in zip(main, panels, strict=True):
        axes.set(xlim=ends, ylim=ends, ylabel="share of signal")
        axes.plot(ends, ends, color="0.6", linewidth=1, linestyle="--", zorder=1)
        axes.axvline(_place(prior), color="0.8", linewidth=0.8, zorder=1)
        for setting in settings:
            label = subject.label(setting)
            _line(axes, subject, setting, ones[label], names[label])
        axes.set_xlabel(f"score, corrected to {100 * prior:.3g} % signal")
        _ticks(axes, ends)
        keyed(axes)
    captioned(figure, subject.events.sample)
    return figure


def _line(axes: Axes, subject: Subject, setting: Setting, one: Calibrated, name: str) -> None:
    import numpy as np

    style = subject.style(setting)
    x = np.clip(_places(one.score), *np.add(axes.get_xlim(), (0.1, -0.1)))
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


def _ends(ones: Iterable[Calibrated], prior: float) -> tuple[float, float]:
    """From the lowest to the highest share, as far as the bins reach."""
    import numpy as np

    seen = [_places(one.share[(one.share > 0) & (one.share < 1)]) for one in ones]
    values = np.concatenate([*seen, [_place(prior) - 1, _place(prior) + 1]])
    reach = WIDTH * BINS / 2
    low = max(float(values.min()) - 0.5, _place(prior) - reach)
    high = min(float(values.max()) + 0.5, _place(prior) + reach)
    return low, high


def _ticks(axes: Axes, ends: tuple[float, float]) -> None:
    shown = [tick for tick in TICKS if ends[0] <= _place(tick) <= ends[1]]
    places, texts = [_place(tick) for tick in shown], [_text(tick) for tick in shown]
    axes.set_xticks(places, texts)
    axes.set_yticks(places, texts)
    axes.minorticks_off()
    axes.tick_params(labelsize=8.5)


def _text(tick: float) -> str:
    return f"{tick:.5g}" if tick >= 1e-3 else f"$10^{{{log10(tick):.0f}}}$"
