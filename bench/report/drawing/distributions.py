"""Distributions: of the scores, of signal over the scores, and of the mass of what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.metrics.curve import BACKGROUND_FLOOR
from bench.metrics.sculpting import tightest_rows
from bench.report.drawing.sheet import labels, sheet
from bench.report.event_sets import Setting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARE = 0.1
"""Share of the background whose masses are drawn, its highest scores."""


def scores(settings: Sequence[Setting]) -> Figure | None:
    """The scores of signal and background, a panel for each setting, with its threshold."""
    import numpy as np

    figure, panels = sheet(len(settings), 3.2, 2.5)
    edges = np.linspace(0, 1, 41).tolist()
    titles = labels([setting.title for setting in settings])
    for axes, title, setting in zip(panels, titles, settings, strict=False):
        scored = setting.middle.scored()
        for label, name in ((0, "background"), (1, "signal")):
            inside = (scored.y == label) & scored.answered
            if inside.any():
                axes.hist(scored.score[inside], edges, density=True, histtype="step", label=name)
        axes.axvline(scored.threshold, color="0.5", linestyle=":", linewidth=1)
        axes.set_yscale("log")
        axes.set(xlabel="score", title=title, xlim=(0, 1))
        axes.legend(loc="upper center")
    return figure


def calibration(settings: Sequence[Setting]) -> Figure | None:
    """The share of signal among events of a score, in tenths that hold enough events."""
    import numpy as np

    figure, (axes,) = sheet(1, 5.2, 4.8)
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--")
    names = labels([setting.title for setting in settings])
    for setting, name in zip(settings, names, strict=True):
        scored = setting.middle.scored()
        answered = scored.answered
        score, y, weights = scored.score[answered], scored.y[answered], scored.weights[answered]
        place = np.clip((score * 10).astype(int), 0, 9)
        total = np.bincount(place, weights, 10)
        some = np.bincount(place, minlength=10) >= BACKGROUND_FLOOR
        with np.errstate(invalid="ignore"):
            mean, share = (np.bincount(place, weights * v, 10) / total for v in (score, y))
        axes.plot(mean[some], share[some], marker="o", markersize=4, label=name)
    axes.set(xlabel="mean score", ylabel="share of signal", xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc="upper left")
    return figure


def sculpting(settings: Sequence[Setting]) -> Figure | None:
    """The background mass of what the tightest cut keeps; nothing where no mass is known."""
    import numpy as np

    first = settings[0].middle.scored()
    if first.mass is None or int(SHARE * (first.y == 0).sum()) < BACKGROUND_FLOOR:
        return None
    figure, (axes,) = sheet(1, 6.4, 4.8)
    mass = first.mass[first.y == 0]
    low, high = np.quantile(mass, [0.002, 0.998])
    edges = np.linspace(low, high, 26).tolist()
    axes.hist(mass, edges, density=True, color="0.85", label="all background")
    names = labels([setting.title for setting in settings])
    for setting, name in zip(settings, names, strict=True):
        scored = setting.middle.scored()
        if scored.mass is None:
            continue
        background = scored.y == 0
        tightest = tightest_rows(scored.rank[background], SHARE)
        axes.hist(
            scored.mass[background][tightest],
            edges,
            density=True,
            histtype="step",
            label=name,
        )
    axes.set(xlabel="$m_{jj}$ [GeV]", ylabel="density, tightest 10 % of the background")
    axes.legend(loc="upper right")
    return figure
