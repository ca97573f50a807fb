"""The losses over the training of every model that logged any, in training and on valid."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from math import log as ln
from typing import TYPE_CHECKING, Any

from bench.api.errors import DamagedError
from bench.report.drawing.layout import captioned, foot_key, framed, grid, keyed
from bench.report.drawing.subject import Subject
from bench.report.event_sets import Setting

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

TRAINING = ("answer_loss", "verdict_loss", "loss")
"""The loss in training, the first one there is: of the answers (by its old name too), or all."""
VALID = "valid_loss"
WINDOW = 0.1
"""Share of the training that a loss is averaged over."""


@dataclass(frozen=True, eq=False)
class Losses:
    """The steps at which a model logged a loss, and the loss there."""

    steps: NDArray[np.float64]  # (k,)
    values: NDArray[np.float64]  # (k,)

    def smoothed(self) -> NDArray[np.float64]:
        """The mean over the points around each, half as many at the ends: (k,)."""
        import numpy as np

        count = len(self.values)
        half = max(1, int(WINDOW * count) // 2)
        sums = np.concatenate([[0.0], np.cumsum(self.values)])
        first = np.maximum(np.arange(count) - half, 0)
        last = np.minimum(np.arange(count) + half + 1, count)
        means: NDArray[np.float64] = (sums[last] - sums[first]) / (last - first)
        return means


def history(subject: Subject) -> Figure | None:
    """The losses over the training; nothing where no model logged one."""
    losses = {subject.label(one): _losses(one) for one in subject.settings}
    logged = [one for one in subject.settings if any(losses[subject.label(one)])]
    if not logged:
        return None
    panels = subject.panels(logged)
    frame = framed(len(panels))
    keys = [subject.lines(panel, frame) for panel in panels]
    figure, main, _ = grid(len(panels), frame, keys=keys, foot=0.25)
    for axes, settings in zip(main, panels, strict=True):
        axes.axhline(ln(2), color="0.7", linewidth=0.9, zorder=0)
        for setting in settings:
            _curves(axes, subject, setting, *losses[subject.label(setting)])
        axes.set(xlabel="share of the training", ylabel="loss", xlim=(0, 1.02), yscale="log")
        _ticks(axes)
        keyed(axes)
    _explained(figure)
    captioned(figure, subject.events.sample)
    return figure


def unlogged(subject: Subject) -> list[Setting]:
    """Models that logged no loss, and so are not drawn."""
    return [setting for setting in subject.settings if not any(_losses(setting))]


def _curves(
    axes: Axes, subject: Subject, setting: Setting, training: Losses | None, valid: Losses | None
) -> None:
    """The training's loss as a thin line, that of the valid split as markers on a thicker one."""
    style, name = subject.style(setting), subject.label(setting)
    last = max(float(one.steps.max()) for one in (training, valid) if one) or 1.0
    if training:
        own: dict[str, Any] = {"label": name, "marker": style.marker, "markersize": 4.5}
        marks = max(1, len(training.steps) // 6)
        axes.plot(
            *(training.steps / last, training.smoothed()),
            **style.line,
            linewidth=0.9,
            markevery=marks,
            **({} if valid else own),
        )
    if valid:
        marks = max(1, len(valid.steps) // 12)
        axes.plot(
            *(valid.steps / last, valid.values),
            **style.both,
            markersize=4.5,
            markevery=marks,
            linewidth=1.4,
            label=name,
        )


def _ticks(axes: Axes) -> None:
    """Numbers as they are read, a few a decade."""
    low, high = axes.get_ylim()
    decades = [10.0**power for power in range(-9, 10)]
    shown = [t for d in decades for t in (d, 2 * d, 5 * d) if low <= t <= high]
    axes.set_yticks(shown, [f"{tick:g}" for tick in shown])
    axes.minorticks_off()


def _explained(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color="0.3", linewidth=0.9, label="in training, smoothed"),
        Line2D([], [], color="0.3", linewidth=1.4, marker="o", markersize=4.5, label="valid split"),
        Line2D([], [], color="0.7", linewidth=0.9, label="knowing nothing, ln 2"),
    ]
    foot_key(figure, handles)


def _losses(setting: Setting) -> tuple[Losses | None, Losses | None]:
    """In training and on the valid split; None for what was not logged."""
    try:
        rows = setting.middle.history()
    except DamagedError as error:
        log.warning("%s; its losses are not drawn", error)
        return None, None
    return _logged(rows, TRAINING), _logged(rows, (VALID,))


def _logged(rows: Sequence[dict[str, int | float | None]], names: Sequence[str]) -> Losses | None:
    import numpy as np

    points = []
    for row in rows:
        known = [value for name in names if isinstance(value := row.get(name), float)]
        points += [(float(row["step"] or 0), known[0])] if known else []
    return Losses(*np.array(points).T) if points else None
