"""Distributions: of the scores, and of the mass of what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.metrics.curve import BACKGROUND_FLOOR
from bench.metrics.sculpting import tightest_rows
from bench.report.drawing.layout import Frame, captioned, foot_key, foot_lines, framed, grid, keyed
from bench.report.drawing.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from bench.api.scores import Scored

SHARE = 0.1
"""Share of the background whose masses are drawn, its highest scores."""
BINS = 40
PANELS = 5
"""Panels of scores in a row."""
ALL = "all background"
TEV = 1000.0
"""In GeV."""


def scores(subject: Subject) -> Figure:
    """The scores of signal and background, a panel for each model, with its threshold."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        Patch(color="0.8", label="background"),
        Line2D([], [], color="0.2", linewidth=1.3, label="signal, in the colour of the model"),
        Line2D([], [], color="0.3", linewidth=0.9, linestyle=":", label="threshold"),
    ]
    settings = subject.settings
    width = max(1.5, 5.4 / len(settings))
    frame = Frame(width, 0.35 + 0.4 * width, left=0.4, right=0.1, below=0.34, above=0.18)
    beside = min(len(settings), PANELS) * frame.across
    foot = foot_lines([str(one.get_label()) for one in handles], beside)
    figure, panels, _ = grid(len(settings), frame, columns=PANELS, foot=foot)
    for place, (axes, setting) in enumerate(zip(panels, settings, strict=True)):
        colour = subject.style(setting).colour
        _scores(axes, setting.middle.scored(), colour)
        axes.set_title(subject.label(setting), fontsize=7, color=colour, pad=2.5, loc="left")
        if place % PANELS == 0:
            axes.set_ylabel("density", fontsize=8, labelpad=1)
        if place >= len(panels) - PANELS:
            axes.set_xlabel("score", fontsize=8, labelpad=1)
    foot_key(figure, handles)
    captioned(figure, subject.events.sample)
    return figure


def _scores(axes: Axes, scored: Scored, colour: str) -> None:
    import numpy as np

    edges = np.linspace(0, 1, BINS + 1)
    looks: Sequence[dict[str, Any]] = (
        {"fill": True, "color": "0.8"},
        {"color": colour, "linewidth": 1.3},
    )
    for label, look in enumerate(looks):
        inside = (scored.y == label) & scored.answered
        if inside.any():
            density, _ = np.histogram(scored.score[inside], edges, density=True)
            axes.stairs(density, edges, **look)
    axes.axvline(scored.threshold, color="0.3", linestyle=":", linewidth=0.9)
    axes.set(yscale="log", xlim=(0, 1))
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.minorticks_off()
    axes.tick_params(labelsize=7, pad=2)


def sculpting(subject: Subject) -> Figure | None:
    """The mass of all background and of its tightest tenth; nothing where no mass is known."""
    import numpy as np

    first = subject.settings[0].middle.scored()
    if first.mass is None or int(SHARE * (first.y == 0).sum()) < BACKGROUND_FLOOR:
        return None
    panels = subject.panels()
    frame = framed(len(panels))
    keys = [subject.lines(panel, frame, ALL) for panel in panels]
    figure, main, _ = grid(len(panels), frame, keys=keys)
    mass = first.mass[first.y == 0] / TEV
    low, high = np.quantile(mass, [0.002, 0.998])
    edges = np.linspace(low, high, 26)
    usual, _ = np.histogram(mass, edges, density=True)
    for axes, settings in zip(main, panels, strict=True):
        axes.stairs(usual, edges, fill=True, color="0.85", label=ALL)
        for setting in settings:
            scored = setting.middle.scored()
            if scored.mass is None:
                continue
            background = scored.y == 0
            tightest = tightest_rows(scored.rank[background], SHARE)
            density, _ = np.histogram(scored.mass[background][tightest] / TEV, edges, density=True)
            look = subject.style(setting)
            axes.stairs(
                *(density, edges),
                color=look.colour,
                linestyle=look.dashes,
                linewidth=1.3,
                label=subject.label(setting),
            )
        axes.set(xlabel="$m_{jj}$ [TeV]", xlim=edges[[0, -1]], ylim=(0, None))
        axes.set_ylabel("share per TeV")
        keyed(axes)
    captioned(figure, subject.events.sample)
    return figure
