"""The paper that figures are drawn on: its look, its panels, and text that is only text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LONGEST = 40
"""Letters of a label."""
LACKING = "\N{REPLACEMENT CHARACTER}"
"""What stands for a character that figures have no letter for, such as an emoji."""
STYLE: Any = {
    "axes.labelsize": 12,
    "axes.linewidth": 1.1,
    "font.size": 11,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "pdf.fonttype": 42,
    "svg.hashsalt": "bench",
}
"""Ticks inside and on all four sides, as the field draws them; letters that stay letters in PDF."""


def sheet(panels: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels, at most four a row."""
    from matplotlib.figure import Figure

    columns = min(panels, 4)
    rows = -(-panels // columns)
    figure = Figure(figsize=(width * columns, height * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for unused in grid[panels:]:
        unused.set_axis_off()
    return figure, grid


@cache
def _glyphs() -> frozenset[int]:
    """The characters that the letters of figures have."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def safe(text: str) -> str:
    """Text that matplotlib takes for nothing but text."""
    known = _glyphs()
    line = "".join((c if ord(c) in known else LACKING) if c.isprintable() else " " for c in text)
    line = line.replace("$", "\\$")
    return f" {line}" if line.startswith("_") else line


def short(text: str, longest: int = LONGEST) -> str:
    """The beginning and the end of a text, for a panel's title."""
    return safe(text if len(text) <= longest else f"{text[: longest - 15]}…{text[-14:]}")


def labels(titles: Sequence[str]) -> list[str]:
    """Models' titles as a figure has room for them: short, and without what all of them share.

    Two that would read alike are numbered.
    """
    parts = [title.split(", ") for title in titles]
    shared = set[str]().union(*map(set, parts)).intersection(*(one[1:] for one in parts))
    several = len(set(titles)) > 1
    apart = [
        ", ".join(one[:1] + [part for part in one[1:] if not several or part not in shared])
        for one in parts
    ]
    cut = [short(one) for one in apart]
    return [
        f"{one} ({cut[:place].count(one) + 1})" if cut.count(one) > 1 else one
        for place, one in enumerate(cut)
    ]
