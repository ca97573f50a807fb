"""The loss during training, of every setting whose model logged one."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from math import log as ln
from typing import TYPE_CHECKING

from bench.api.errors import DamagedError
from bench.report.drawing.sheet import labels, sheet
from bench.report.event_sets import Setting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

log = logging.getLogger(__name__)

LOSSES = ("answer_loss", "verdict_loss", "valid_loss", "loss")
"""What is drawn, the first one there is: of the answers (by its old name too), valid, training."""


def history(settings: Sequence[Setting]) -> Figure | None:
    """The loss over the training; nothing where no model logged one."""
    curves = {s.title: losses for s in settings if (losses := list(_losses(s)))}
    if not curves:
        return None
    figure, (axes,) = sheet(1, 6.4, 4.2)
    for name, points in zip(labels(list(curves)), curves.values(), strict=True):
        steps, values = zip(*points, strict=True)
        last = max(steps) or 1
        axes.plot([step / last for step in steps], values, marker=".", label=name)
    axes.axhline(ln(2), color="0.6", linewidth=1, linestyle="--", label="knowing nothing, ln 2")
    axes.set(xlabel="share of the training", ylabel="loss", xlim=(0, 1.02), yscale="log")
    axes.legend(loc="best")
    return figure


def _losses(setting: Setting) -> Iterator[tuple[int, float]]:
    try:
        rows = setting.middle.history()
    except DamagedError as error:
        log.warning("%s; its losses are not drawn", error)
        return
    for row in rows:
        known = [value for name in LOSSES if isinstance(value := row.get(name), float)]
        if known:
            yield int(row["step"] or 0), known[0]
