"""Where a figure's parts lie: panels in a grid, a key above each, and what it is of at the top.

All sizes are in inches, as texts have theirs whatever the figure's: nothing lies on anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.report.drawing.sheet import safe
from bench.report.samples import caption

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from bench.storage.record import SampleRecord

TOP, EDGE, GAP = 0.3, 0.08, 0.06
"""Of the caption, of the figure's edge, and between a panel and its ratio."""
LINE, LETTER, HANDLE = 0.155, 0.066, 0.5
"""Of the key: a line's height, a letter's width, and what stands before a text."""
KEY, CAPTION = 7.5, 8.5
"""Points of the letters of a key, and of a caption that there is room for."""


@dataclass(frozen=True)
class Frame:
    """The sizes of a panel, inside its axes and around them."""

    width: float
    height: float
    left: float = 0.72
    right: float = 0.18
    below: float = 0.46
    above: float = 0.1
    ratio: float = 0.0
    """The height of a panel of ratios below the first one."""

    @property
    def across(self) -> float:
        """The whole width."""
        return self.left + self.width + self.right


def columns_for(panels: int) -> int:
    """How many stand beside each other: three at most, and four as two rows of two."""
    return 2 if panels == 4 else min(panels, 3)


SINGLE, SEVERAL = Frame(5.0, 3.3), Frame(2.72, 2.2)
"""A panel that is alone, and one among several."""


def framed(panels: int, **changes: float) -> Frame:
    """The usual sizes of so many panels, with other room around."""
    return replace(SINGLE if panels == 1 else SEVERAL, **changes)


def key_lines(labels: Sequence[str], width: float) -> int:
    """The lines that a key of these labels takes."""
    return -(-len(labels) // _key_columns(labels, width))


def grid(
    panels: int, frame: Frame, *, keys: Sequence[int] = (), columns: int = 0, foot: float = 0.0
) -> tuple[Figure, list[Axes], list[Axes]]:
    """A figure with so many panels, and their ratios if the frame has room for them.

    Args:
        panels: how many there are.
        frame: the sizes of each.
        keys: lines of the key above each.
        columns: panels in a row; as many as usual by default.
        foot: room under all of them.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullLocator

    columns = min(panels, columns) or columns_for(panels)
    lower = frame.ratio + GAP if frame.ratio else 0.0
    plain = frame.above + frame.height + lower + frame.below
    tall = [
        plain + LINE * max(keys[first : first + columns], default=0)
        for first in range(0, panels, columns)
    ]
    size = (columns * frame.across, TOP + sum(tall) + foot)
    figure = Figure(figsize=size)

    def box(place: int, bottom: float, height: float) -> tuple[float, float, float, float]:
        x = (place % columns) * frame.across + frame.left
        y = size[1] - TOP - sum(tall[: place // columns + 1]) + bottom
        return x / size[0], y / size[1], frame.width / size[0], height / size[1]

    main = [figure.add_axes(box(i, frame.below + lower, frame.height)) for i in range(panels)]
    for axes in main:
        axes.xaxis.set_minor_locator(NullLocator())  # many panels are drawn sooner without
        _lettered(axes, alone=panels == 1)
    if not frame.ratio:
        return figure, main, []
    ratios = [
        figure.add_axes(box(i, frame.below, frame.ratio), sharex=axes)
        for i, axes in enumerate(main)
    ]
    for axes, below in zip(main, ratios, strict=True):
        axes.tick_params(labelbottom=False)
        _lettered(below, alone=panels == 1)
    return figure, main, ratios


def _lettered(axes: Axes, *, alone: bool) -> None:
    """Letters as large as a panel has room for."""
    axes.tick_params(labelsize=9.5 if alone else 8)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_fontsize(11 if alone else 9.5)


def captioned(figure: Figure, sample: SampleRecord) -> None:
    """Say at the top what the figure is of, and whether that is simulated."""
    width, height = figure.get_size_inches()
    wide = LETTER * len(" ".join(caption(sample)))
    size = CAPTION * min(1.0, (width - 2 * EDGE) / wide)
    figure.text(EDGE / width, 1 - EDGE / height, marked(sample), fontsize=size, va="top")


def marked(sample: SampleRecord) -> str:
    """The sample with its edition, behind a bold word where it is simulated by the bench."""
    mark, text = caption(sample)
    return f"$\\bf{{{mark}}}$  {safe(text)}" if mark else safe(text)


def keyed(axes: Axes, handles: Sequence[Artist] | None = None) -> None:
    """Put the key of a panel above it, off the data."""
    if handles is None:
        handles, labels = axes.get_legend_handles_labels()
    else:
        labels = [str(handle.get_label()) for handle in handles]
    if not handles:
        return
    figure = axes.get_figure(root=True)
    assert figure is not None
    width = axes.get_position().width * figure.get_size_inches()[0]
    axes.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=_key_columns(labels, width),
        fontsize=KEY,
        borderaxespad=0.15,
        borderpad=0.1,
        labelspacing=0.25,
        handlelength=2.8,
        columnspacing=1.2,
    )


def foot_lines(labels: Sequence[str], width: float) -> float:
    """The height of a key under the panels of a figure of such a width."""
    return LINE * key_lines(labels, width - 2 * EDGE) + 2 * EDGE


def foot_key(figure: Figure, handles: Sequence[Artist]) -> None:
    """Put the key of a whole figure under its panels."""
    width = figure.get_figwidth() - 2 * EDGE
    figure.legend(
        handles=list(handles),
        loc="lower center",
        ncols=_key_columns([str(handle.get_label()) for handle in handles], width),
        fontsize=KEY,
        borderaxespad=0.3,
        borderpad=0.1,
        labelspacing=0.25,
        columnspacing=1.2,
    )


def _key_columns(labels: Sequence[str], width: float) -> int:
    longest = HANDLE + LETTER * max(map(len, labels), default=0)
    return max(1, min(len(labels), int(width / longest)))
