"""ROC and SIC against signal efficiency, each with the 95 % band that its events give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bench.metrics.curve import BACKGROUND_FLOOR, Curve, Ranking
from bench.metrics.intervals import TAILS
from bench.report.drawing.sheet import labels, sheet
from bench.report.event_sets import Setting

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

CURVES = 100
"""Curves drawn on each side of a band."""


def roc(settings: Sequence[Setting]) -> Figure | None:
    """Background rejection at each signal efficiency."""

    def rejection(curve: Curve, grid: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        passed = np.interp(grid, curve.signal, curve.background)
        left = np.interp(grid, curve.signal, curve.left)
        return np.where(left >= 1, 1 / np.maximum(passed, 1e-12), np.nan)

    return _curves(settings, rejection, "background rejection $1/\\epsilon_B$", log=True)


def sic(settings: Sequence[Setting]) -> Figure | None:
    """SIC at each signal efficiency, where enough background is left."""

    def improvement(curve: Curve, grid: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        passed = np.interp(grid, curve.signal, curve.background)
        left = np.interp(grid, curve.signal, curve.left)
        return np.where(left >= BACKGROUND_FLOOR, grid / np.sqrt(np.maximum(passed, 1e-12)), np.nan)

    return _curves(settings, improvement, "SIC $\\epsilon_S/\\sqrt{\\epsilon_B}$", log=False)


def _curves(
    settings: Sequence[Setting],
    figure_of: Callable[[Curve, NDArray[np.float64]], NDArray[np.float64]],
    ylabel: str,
    *,
    log: bool,
) -> Figure:
    """A line and its 95 % band from the events for each setting, against signal efficiency."""
    import numpy as np

    grid = np.linspace(0.005, 1, 200)
    figure, (axes,) = sheet(1, 6.4, 4.8)
    names = labels([setting.title for setting in settings])
    for setting, name in zip(settings, names, strict=True):
        scored = setting.middle.scored()
        ranking = Ranking.of(scored)
        sides = ranking.drawn(lambda curve: figure_of(curve, grid), scored.seed, CURVES)
        low, high = (_edge(side, tail) for side, tail in zip(sides, TAILS, strict=True))
        (line,) = axes.plot(grid, figure_of(ranking.curve(), grid), label=name)
        axes.fill_between(grid, low, high, color=line.get_color(), alpha=0.18, linewidth=0)
    axes.set(xlabel="signal efficiency $\\epsilon_S$", ylabel=ylabel, xlim=(0, 1))
    if log:
        axes.set_yscale("log")
    axes.legend(loc="best")
    return figure


def _edge(side: NDArray[np.float64], tail: float) -> NDArray[np.float64]:
    """A quantile of curves at each place, NaN where half of them have none: (r, k) -> (k,)."""
    import numpy as np

    edge = np.full(side.shape[1], np.nan)
    seen = np.isfinite(side).mean(axis=0) > 0.5
    edge[seen] = np.nanquantile(side[:, seen], tail, axis=0)
    return edge
