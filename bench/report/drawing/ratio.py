"""A panel below a figure: each of its curves over the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHTS = (3, 1)


def with_ratio(figure: Figure) -> Figure:
    """The figure with its one panel above, and below the ratio of each curve to the first.

    The curves have to share their places on the axis. Where the first has no value, or is nought,
    there is no ratio.
    """
    import numpy as np

    (upper,) = figure.axes
    rows = figure.add_gridspec(2, 1, height_ratios=HEIGHTS)
    upper.set_subplotspec(rows[0])
    lower = figure.add_subplot(rows[1], sharex=upper)
    first, *_ = lines = upper.get_lines()
    below = np.asarray(first.get_ydata(), dtype=np.float64)
    for line in lines:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.asarray(line.get_ydata(), dtype=np.float64) / below
        ratio = np.where(np.isfinite(ratio), ratio, np.nan)
        (drawn,) = lower.plot(np.asarray(line.get_xdata()), ratio, color=line.get_color())
        drawn.set_linestyle(line.get_linestyle())
    lower.set(xlabel=upper.get_xlabel(), ylabel="ratio to\nthe first")
    upper.set_xlabel("")
    upper.tick_params(labelbottom=False)
    figure.set_figheight(figure.get_figheight() * sum(HEIGHTS) / HEIGHTS[0])
    return figure
