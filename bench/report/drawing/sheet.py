"""The paper that figures are drawn on: its look, its panels, and text that is only text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
}
"""Ticks inside and on all four sides, as the field draws them."""


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


def safe(text: str) -> str:
    """Text that matplotlib takes for nothing but text."""
    line = "".join(c if c.isprintable() else " " for c in text).replace("$", "\\$")
    return f" {line}" if line.startswith("_") else line


def short(text: str) -> str:
    """The beginning of a text, for a panel's title."""
    return safe(text if len(text) < 40 else f"{text[:38]}…")
