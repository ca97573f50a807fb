"""What a figure is at least where no background event is left to measure it by."""

from __future__ import annotations

from math import floor, log10, sqrt
from typing import TYPE_CHECKING

from bench.api.scores import Estimate
from bench.report.blocks import Cell

if TYPE_CHECKING:
    from bench.storage.store import Run

CHANCE = 0.05
"""That no event passes although the rejection is as low as the limit."""
NONE_LEFT, NONE_PASSES = "0 background events left", "no background event passes"
"""What the metrics of rejection and of SIC note where they have no value."""
EXACT = "Clopper-Pearson"
"""How the rate of background that passes is judged where its events weigh alike."""


def rejection_limit(events: float) -> float:
    """The lower limit at 95 % where none of n background events passes: about n / 3.

    Exact (Clopper-Pearson, one-sided).
    """
    return float(1 / (1 - CHANCE ** (1 / events)))


def effective_events(run: Run) -> float:
    """Its background events; of uneven weights as many even ones as have their spread."""
    metrics = run.metrics()
    rate = metrics.estimates.get("recall_background")
    if rate and rate.method == EXACT:
        return float(metrics.counts.background)
    scored = run.scored()
    weights = scored.weights[scored.y == 0]
    return float(weights.sum() ** 2 / (weights**2).sum())


def limited(run: Run, estimate: Estimate | None, *, marked: bool = False) -> Cell | None:
    """`> 2400` where a figure has no value since no background is left; None for all else."""
    if estimate is None or estimate.value is not None:
        return None
    estimates = run.metrics().estimates
    if estimate.note.startswith(NONE_LEFT):
        times, how = 1.0, "95 % lower limit"
    elif estimate.note == NONE_PASSES and (signal := estimates["recall_signal"].value):
        times, how = signal, "95 % lower limit, of ε_S as it was seen"
    else:
        return None
    limit = rejection_limit(effective_events(run))
    value = limit if times == 1.0 else times * sqrt(limit)
    text, note = f"> {rounded_down(value)}", f"{estimate.note}: {how}"
    return Cell(text, None, value, None, note, marked)


def rounded_down(value: float) -> str:
    """To two digits, so that it is a limit still."""
    unit = 10.0 ** (floor(log10(value)) - 1)
    return f"{floor(value / unit) * unit:g}"
