"""The ROC and the SIC figure: a panel for each set of events, a curve for each run on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import DamagedError
from bench.metrics.curve import BACKGROUND_FLOOR, Curve, Ranking
from bench.store import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    Draw = Callable[[Axes, Curve, str], None]


def roc_figure(runs: Sequence[Run], path: Path) -> None:
    """Background rejection against signal efficiency, on a logarithmic axis."""
    _figure(runs, path, _draw_rejection, "background rejection $1/\\epsilon_B$", log=True)


def sic_figure(runs: Sequence[Run], path: Path) -> None:
    """SIC against signal efficiency, where at least 25 background events pass."""
    _figure(runs, path, _draw_sic, "SIC $\\epsilon_S/\\sqrt{\\epsilon_B}$", log=False)


def _draw_rejection(axes: Axes, curve: Curve, label: str) -> None:
    kept = curve.left > 0
    axes.plot(curve.signal[kept], 1 / curve.background[kept], label=label, linewidth=1.3)


def _draw_sic(axes: Axes, curve: Curve, label: str) -> None:
    kept = curve.left >= BACKGROUND_FLOOR
    sic = curve.signal[kept] / curve.background[kept] ** 0.5
    axes.plot(curve.signal[kept], sic, label=label, linewidth=1.3)


def _figure(runs: Sequence[Run], path: Path, draw: Draw, ylabel: str, *, log: bool) -> None:
    from matplotlib.figure import Figure

    panels = _panels(runs)
    width = max(len(panels), 1)
    picture = Figure(figsize=(5.2 * width, 4.4), layout="constrained")
    grid = picture.subplots(1, width, squeeze=False)[0]
    for axes, (title, inside) in zip(grid, sorted(panels.items()), strict=False):
        for run in inside:
            try:
                scored = run.scored()
            except DamagedError:
                continue  # its row in the table says so
            draw(axes, Ranking.of(scored).curve(), run.record.title.replace("$", "\\$"))
        axes.set(title=title, xlabel="signal efficiency $\\epsilon_S$", ylabel=ylabel, xlim=(0, 1))
        if log:
            axes.set_yscale("log")
        axes.grid(visible=True, alpha=0.3)
        axes.legend(fontsize="small")
    picture.savefig(path, format="png", dpi=130, metadata={"Software": None})


def _panels(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """The runs that have a curve, by the title of their set of events."""
    panels: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        sample = run.record.sample
        if run.record.status == "ok" and sample and sample.signal and sample.background:
            title = f"{sample.label}, {sample.split} {sample.size}"
            panels[f"{title}\nevents {sample.fingerprint[:6]}"].append(run)
    return panels
