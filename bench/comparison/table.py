"""The comparison of two runs in a table and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING

from bench.comparison.comparable import demand_comparable, quick_beside_full
from bench.comparison.floored import floor_of
from bench.comparison.paired import (
    Difference,
    auc_difference,
    decision_difference,
    holm,
    max_sic_difference,
)
from bench.metrics.floors import sic_title
from bench.metrics.format import DASH, number, p_value

if TYPE_CHECKING:
    from bench.storage.store import Run

LEVEL = 0.05
ORDERED = {"AUC": "auc", "max SIC": "max_sic"}
"""Figures of the scores' order that runs are compared by."""
HEADINGS = ["figure", "first", "second", "difference", "95 % interval", "p", "p, Holm", "method"]

WEAK = (
    "A score of a fit without truth is that of data: decisions at 0.5, and so which of the two has "
    "more correct signal or background, say nothing of how well it tells signal."
)


def compare(one: Run, other: Run) -> str:
    """Every paired test between two runs, Holm over them, and what may be concluded.

    Raises:
        RequestError: the two cannot be compared.
    """
    from tabulate import tabulate

    demand_comparable(one, other)
    paired = differences(one, other)
    corrected = holm([difference.p for difference in paired])
    figures = [_figures(run) for run in (one, other)]
    titles = {"max SIC": sic_title(floor_of([one, other]))}
    rows = [
        [
            titles.get(difference.what, difference.what),
            *(number(own.get(difference.what)) for own in figures),
            _number(difference.value),
            f"[{_number(difference.low)}, {_number(difference.high)}]",
            p_value(difference.p),
            p_value(p),
            difference.method,
        ]
        for difference, p in zip(paired, corrected, strict=True)
    ]
    sample = one.record.sample
    assert sample is not None
    head = [
        f"first: {_run_label(one)}",
        f"second: {_run_label(other)}",
        f"on the same {sample.signal} signal and {sample.background} background events of "
        f"{sample.label}, {sample.part} {sample.size}",
        "",
    ]
    table = tabulate(rows, HEADINGS, tablefmt="pipe", disable_numparse=True)
    conclusions = [
        sentence(replace(d, what=titles.get(d.what, d.what)), p)
        for d, p in zip(paired, corrected, strict=True)
    ]
    fitted = [run.record.train for run in (one, other)]
    if len({record.division for record in fitted if record}) > 1:
        parts = " and ".join(record.drawn for record in fitted if record)
        conclusions.append(f"They were fitted on other parts of a dataset's division: {parts}.")
    if apart := quick_beside_full([one, other]):
        conclusions.append(apart)
    if one.record.weak or other.record.weak:
        conclusions.append(WEAK)
    elif drifted(paired, corrected):
        conclusions.append(
            "The decisions differ in opposite directions and the AUC cannot be told apart: another "
            "threshold on the same ROC, as far as these events can tell."
        )
    return "\n".join([*head, table, "", *conclusions])


def differences(one: Run, other: Run, *, quick: bool = False) -> list[Difference]:
    """The paired tests of two runs; the bootstrap is left out of a quick look.

    Decisions have no order: what scores' order gives is not defined of a pair with such a run.
    """
    first, second = one.scored(), other.scored()
    paired = [decision_difference(first, second, label) for label in (1, 0)]
    if first.two_classes and (first.bare or second.bare):
        nan, why = float("nan"), "decisions, no scores to rank by"
        return [*(Difference(what, nan, nan, nan, nan, why) for what in ORDERED), *paired]
    if first.two_classes:
        floor = floor_of([one, other])
        slow = [] if quick else [max_sic_difference(first, second, floor)]
        paired = [auc_difference(first, second), *slow, *paired]
    return paired


def drifted(paired: Sequence[Difference], corrected: Sequence[float]) -> bool:
    """Whether the runs differ by their threshold alone, as far as the tests can tell."""
    tests = {d.what: (d, p) for d, p in zip(paired, corrected, strict=True)}
    if not {"AUC", "correct signal", "correct background"} <= tests.keys():
        return False
    if isnan(tests["AUC"][1]):
        return False
    signal, background = tests["correct signal"], tests["correct background"]
    apart = signal[1] < LEVEL and background[1] < LEVEL
    return apart and signal[0].value * background[0].value < 0 and not tests["AUC"][1] < LEVEL


def sentence(difference: Difference, p: float) -> str:
    """What may be concluded of one figure."""
    if isnan(p):
        return f"{difference.what}: not defined here ({difference.method})."
    if p < LEVEL:
        better = "first" if difference.value > 0 else "second"
        return f"{difference.what}: the {better} is better (p = {p_value(p)} after Holm)."
    text = f"{difference.what}: not separable on these events (p = {p_value(p)} after Holm)"
    if difference.needed is None:
        return f"{text}."
    return (
        f"{text}; a difference as large would take about {difference.signal_events} signal events."
    )


def _figures(run: Run) -> dict[str, float | None]:
    metrics = run.metrics()
    figures = {what: metrics.estimates[name].value for what, name in ORDERED.items()}
    counts = metrics.counts
    if counts.signal:
        figures["correct signal"] = counts.true_signal / counts.signal
    if counts.background:
        figures["correct background"] = counts.true_background / counts.background
    return figures


def _run_label(run: Run) -> str:
    return f"{run.record.title}, run {run.name}"


def _number(value: float) -> str:
    return DASH if isnan(value) else f"{'-' if value < 0 else '+'}{number(abs(value), 4)}"
