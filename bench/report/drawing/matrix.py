"""Every pair of models: how much better the one is, and whether that can be chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.comparison.groups import LEVEL, Pair
from bench.metrics.format import p_value
from bench.report.drawing.layout import EDGE, LETTER, captioned
from bench.report.drawing.subject import Subject
from bench.report.tested import Tested, key

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CELL, ROW = 0.5, 0.29
"""Width and height of a cell, in inches."""
ABOVE, BELOW = 0.62, 0.62
"""What stands over and under the cells."""
UNIT = 1000
"""Differences are told in thousandths of AUC."""
SHADES = ((0.001, "#2b6ca3", "white"), (0.01, "#7fb0d6", "black"), (LEVEL, "#cfe2f1", "black"))
"""Below which corrected p a cell has which colour, and its letters which."""
CHANCE = ("white", "black")
DIAGONAL, SAME = "0.88", "same\nscores"
TEXT: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 5.6, "linespacing": 1.05}
BY_SEEDS = "////"


def matrix(subject: Subject, tested: Tested) -> Figure | None:
    """Below the diagonal by how much the one above is better, above it the corrected chance of it.

    The models stand in their order by AUC, the best one first. Nothing of one model alone.
    """
    import numpy as np
    from matplotlib.colors import to_rgb
    from matplotlib.figure import Figure

    count = len(subject.settings)
    pairs = [pair for pair in tested.pairs if max(pair.first, pair.second) < count]
    if not pairs:
        return None
    labels = [subject.label(setting) for setting in subject.settings]
    left = LETTER * max(map(len, labels)) + 0.45
    size = (max(left + CELL * count + EDGE, 6.0), ABOVE + ROW * count + BELOW)
    figure = Figure(figsize=size)
    box = (left / size[0], BELOW / size[1], CELL * count / size[0], ROW * count / size[1])
    axes = figure.add_axes(box)
    unsure = {(pair.first, pair.second) for pair in tested.unsure}
    keys = [key(setting) for setting in subject.settings]
    shades = np.full((count, count, 3), to_rgb(DIAGONAL))
    for pair in pairs:
        if keys[pair.first] == keys[pair.second]:
            for place in ((pair.first, pair.second), (pair.second, pair.first)):
                axes.text(place[0] + 0.5, place[1] + 0.5, SAME, color="0.3", **TEXT)
            continue
        by_seeds = (pair.first, pair.second) in unsure
        colour, ink = _shade(pair, by_seeds=by_seeds)
        shades[pair.first, pair.second] = shades[pair.second, pair.first] = to_rgb(colour)
        _pair(axes, pair, ink, by_seeds=by_seeds)
    axes.pcolormesh(shades, edgecolors="0.75", linewidth=0.4)
    axes.set(xlim=(0, count), ylim=(count, 0))
    places = [place + 0.5 for place in range(count)]
    axes.set_xticks(places, [str(place + 1) for place in range(count)])
    axes.set_yticks(places, [f"{label}  {place + 1}" for place, label in enumerate(labels)])
    axes.minorticks_off()
    axes.tick_params(length=0, labelsize=8, top=False, labelbottom=False, labeltop=True)
    for tick, setting in zip(axes.get_yticklabels(), subject.settings, strict=True):
        tick.set_color(subject.style(setting).colour)
    _explained(figure, bool(unsure))
    captioned(figure, subject.events.sample)
    return figure


def _shade(pair: Pair, *, by_seeds: bool) -> tuple[str, str]:
    """The colour of a pair's cells, and of what is written in them."""
    sure = [(colour, ink) for level, colour, ink in SHADES if pair.p < level and not by_seeds]
    return sure[0] if sure else CHANCE


def _pair(axes: Axes, pair: Pair, ink: str, *, by_seeds: bool) -> None:
    """What is in both cells of a pair: the difference with its interval, and the corrected p."""
    from matplotlib.patches import Rectangle

    one, (better, worse) = pair.difference, sorted((pair.first, pair.second))
    value, low, high = (_thousandths(end) for end in (one.value, one.low, one.high))
    texts = {
        (better, worse): f"{value}\n{low}, {high}",
        (worse, better): p_value(pair.p).replace("under ", "<"),
    }
    for (x, y), text in texts.items():
        if by_seeds:
            axes.add_patch(
                Rectangle((x, y), 1, 1, fill=False, edgecolor="0.8", linewidth=0, hatch=BY_SEEDS)
            )
        axes.text(x + 0.5, y + 0.5, text, color=ink, **TEXT)


def _thousandths(value: float) -> str:
    """`16`, `1.2`, `-0.3`: two digits, or three before the point."""
    many = value * UNIT
    text = f"{many:.0f}" if abs(many) >= 9.95 else f"{many:.1f}"
    return text.replace("-", "−") if float(text) else text.removeprefix("-")


def _explained(figure: Figure, by_seeds: bool) -> None:
    from matplotlib.patches import Patch

    names = ("p < 0.001", "p < 0.01", f"p < {LEVEL:g}")
    handles: Sequence[Patch] = [
        Patch(facecolor=colour, edgecolor="0.75", label=name)
        for (_, colour, _), name in zip(SHADES, names, strict=True)
    ]
    apart = "not told apart" if not by_seeds else "not told apart by these events"
    handles = [*handles, Patch(facecolor="white", edgecolor="0.75", label=apart)]
    if by_seeds:
        label = "no more than a change of seed"
        handles = [*handles, Patch(fc="white", ec="0.75", hatch=BY_SEEDS, label=label)]
    text = (
        "below the diagonal: AUC of the column less that of the row, in thousandths, over its 95 % "
        "interval;\nabove it: p by DeLong's paired test, Holm over all pairs"
    )
    width, height = figure.get_size_inches()
    figure.text(EDGE / width, 0.26 / height, text, fontsize=7, va="bottom")
    figure.legend(
        handles=handles, loc="lower left", ncols=len(handles), fontsize=7, borderpad=0.1,
        borderaxespad=0.7, columnspacing=1.2, handlelength=1.5,
    )  # fmt: skip
