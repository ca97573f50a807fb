"""A plan as text: a row for each run, the totals, and a better sample where there is one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.plan.plan import Plan
from bench.report.blocks import Cell, Table, counted, plain
from bench.report.cells import DASH
from bench.report.markdown import escaped, table

HEADINGS = (
    *("model", "sample", "there", "train on", "score", "tokens", "time", "disk"),
    *("AUC ±", "SIC ± %"),
)


def page(plans: Sequence[Plan], folder: Path) -> str:
    """The plans of one or many runs whose results would go into a folder."""
    rows = [_row(plan) for plan in plans]
    told = [table(Table("plan", HEADINGS, rows)), "", *_totals(plans, folder)]
    for plan in plans:
        if plan.choices:
            told += ["", *_proposal(plan)]
            break  # the runs of a study share their dataset
    return "\n".join(told)


def _row(plan: Plan) -> list[Cell]:
    return [
        plain(plan.title),
        plain(f"{plan.sample.label}, {plan.sample.split} {plan.sample.size}"),
        plain(plan.cached),
        counted(plan.train),
        counted(plan.scored),
        plain(DASH if plan.tokens is None else _amount(plan.tokens)),
        plain(DASH if plan.seconds is None else duration(plan.seconds)),
        plain(DASH if plan.disk is None else _amount(plan.disk, "B")),
        Cell(f"{plan.auc_width / 2:.3f}", plan.auc_width / 2),
        Cell(f"{50 * plan.sic_width:.0f}", 50 * plan.sic_width),
    ]


def _totals(plans: Sequence[Plan], folder: Path) -> list[str]:
    known = [plan.seconds for plan in plans if plan.seconds is not None]
    unknown = len(plans) - len(known)
    there = folder if folder.exists() else Path()
    told = [
        f"{len(plans)} runs, {sum(plan.cached == 'run' for plan in plans)} of them there: "
        f"{sum(plan.train for plan in plans)} events to train on, "
        f"{sum(plan.scored for plan in plans)} to score, "
        f"{_amount(sum(plan.tokens or 0 for plan in plans))} tokens, {duration(sum(known))}"
        + (f" and what {unknown} runs take that no past run tells" if unknown else ""),
        f"{_amount(shutil.disk_usage(there).free, 'B')} of disk are free",
    ]
    for plan in {(p.costs.told, p.power.told): p for p in plans}.values():
        told.append(
            f"{escaped(plan.title)}: time by {plan.costs.told}; widths by {plan.power.told}"
        )
    return told


def _proposal(plan: Plan) -> list[str]:
    rows = [
        [
            plain(choice.options),
            counted(choice.signal),
            counted(choice.background),
            Cell(f"{50 * choice.width:.0f}" if choice.signal else DASH, choice.width),
        ]
        for choice in plan.choices
    ]
    best = plan.choices[0]
    events = plan.sample.signal + plan.sample.background
    headings = ("options", "signal", "background", "SIC ± %")
    return [
        f"Signal is rare in {plan.sample.label}: samples of at most {events} events, by what they "
        "tell of SIC at the threshold",
        "",
        table(Table("samples", headings, rows)),
        "",
        f"proposed: {best.options}",
    ]


def duration(seconds: float) -> str:
    """`40 s`, `3 min`, `1 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def _amount(number: float, unit: str = "") -> str:
    """`12`, `3.4 k`, `1.2 MB`, `5.6 GB`."""
    for factor, mark in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= factor:
            return f"{number / factor:.1f} {mark}{unit}"
    return f"{number:.0f} {unit}".rstrip()
