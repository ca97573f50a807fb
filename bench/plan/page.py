"""Plans as text: one as lines, many as a table with totals, and the sample to ask for instead."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent

from bench.metrics.format import DASH, number
from bench.plan.choices import Choice
from bench.plan.plan import Plan
from bench.report.blocks import Cell, TableBlock, counted, plain
from bench.report.markdown import escaped, table

HEADINGS = (
    *("", "model", "sample", "there", "train on", "valid", "score", "tokens", "time", "disk"),
    *("AUC ±", "SIC ±"),
)
ONCE = (
    "Tokens count each event once: a fit reads those of its train split in every pass. Time is "
    "that of past runs by their number of events; disk is what stays. ± is half of the expected "
    "95 % interval, for SIC at the threshold relative to it."
)
AS_GOOD = 1.02
"""By how much an interval has to be wider for another sample to be worth asking for."""


def page(plans: Sequence[Plan], folders: Sequence[Path]) -> str:
    """What the plans say; the folders are those that the runs will write to."""
    if len(plans) == 1:
        lines = _lines(plans[0])
    else:
        rows = [_row(place, plan) for place, plan in enumerate(plans, 1)]
        headings = [*HEADINGS]
        if any(str(plan.needs) for plan in plans):
            headings.append("needs")
            rows = [[*row, plain(_needs(plan))] for row, plan in zip(rows, plans, strict=True)]
        lines = [table(TableBlock("plan", headings, rows)), "", ONCE, "", _totals(plans)]
    lines.append("; ".join(_free(folders)))
    distinct = {(p.sample.fingerprint, _name(p)): p for p in reversed(plans) if p.choices}
    good: dict[str, list[str]] = {}
    for plan in reversed(distinct.values()):
        if len(plans) > 1 and _as_good(plan):
            good.setdefault(_sample(plan), []).append(_name(plan))
        else:
            lines += ["", *_samples(plan)]
    lines += [
        f"No sample of as many events as {s} tells more for {', '.join(good[s])}" for s in good
    ]
    return "\n".join(lines)


def _lines(plan: Plan) -> list[str]:
    from tabulate import tabulate

    need, costs, power = plan.need, plan.costs, plan.power
    sic = DASH if power.sic is None else number(power.sic)
    rows = {
        "sample": _sample(plan),
        "there": _cached(plan),
        "to train on": f"{need.train} events",
        "to score": f"{need.valid} events of the valid split and {need.evaluated} of the sample",
        "tokens": f"{_tokens(plan)}, each event read once" if plan.tokens else _tokens(plan),
        "time": f"{time_text(costs.seconds)} ({costs.basis})",
        "disk": f"{size_text(costs.disk)} that stay{_weights(plan)}",
        **({"needs": _needs(plan)} if str(plan.needs) else {}),
        "AUC": f"{number(power.area)} ± {_half(plan.auc_width)} ({power.basis})",
        "SIC": f"{sic} ± {_share(plan.sic_width)} at the threshold",
    }
    text = tabulate(rows.items(), tablefmt="plain", disable_numparse=True)
    return [plan.title, *indent(text, "  ").splitlines(), ""]


def _row(place: int, plan: Plan) -> list[Cell]:
    need, power = plan.need, plan.power
    return [
        counted(place),
        plain(plan.title),
        plain(_sample(plan)),
        plain(_cached(plan)),
        *(counted(events) for events in (need.train, need.valid, need.evaluated)),
        plain(_tokens(plan)),
        Cell(time_text(plan.costs.seconds), note=plan.costs.basis, marked=bool(need.written)),
        Cell(size_text(plan.costs.disk), note=_weights(plan)[2:], marked=bool(plan.fit_size)),
        Cell(_half(plan.auc_width), note=power.basis, marked=True),
        plain(_share(plan.sic_width)),
    ]


def _totals(plans: Sequence[Plan]) -> str:
    needs = [plan.need for plan in plans]
    seconds = [plan.costs.seconds for plan in plans]
    disks = [plan.costs.disk for plan in plans]
    unknown = (
        f" and what {seconds.count(None)} of them take that no past run tells of"
        if None in seconds
        else ""
    )
    return (
        f"In all {len(plans)} runs, {sum(not need.written for need in needs)} of them there: "
        f"{sum(need.train for need in needs)} events to train on, "
        f"{sum(need.scored for need in needs)} to score, "
        f"{_amount(sum(plan.tokens or 0 for plan in plans))} tokens, "
        f"{time_text(sum(s for s in seconds if s is not None))}{unknown}, "
        f"{size_text(sum(d for d in disks if d is not None))} of disk."
    )


def _free(folders: Sequence[Path]) -> list[str]:
    """The free space of each disk that is written to."""
    disks: dict[int, tuple[Path, int]] = {}
    for folder in folders:
        existing = next(f for f in (folder.absolute(), *folder.absolute().parents) if f.exists())
        disks.setdefault(existing.stat().st_dev, (folder, shutil.disk_usage(existing).free))
    return [f"{size_text(free)} are free at {folder}" for folder, free in disks.values()]


def _samples(plan: Plan) -> list[str]:
    sample, best = plan.sample, plan.choices[0]
    natural = next((c.width for c in plan.choices if c.ratio == "natural"), None)
    rows = [_choice(choice, natural) for choice in plan.choices]
    headings = ("sample", "signal", "background", "SIC ±", "narrower than natural")
    head = (
        f"Signal is {100 * sample.natural:.2g} % of {sample.label}. What samples of the same "
        f"{sample.signal + sample.background} scored events would tell of SIC, for {_name(plan)} "
        f"({plan.power.basis}):"
    )
    return [
        escaped(head),
        "",
        table(TableBlock("samples", headings, rows)),
        "",
        _proposal(plan, best),
    ]


def _choice(choice: Choice, natural: float | None) -> list[Cell]:
    gain = natural / choice.width if natural and choice.width != natural and choice.width else None
    return [
        plain(f"{choice.ratio} @{choice.signal + choice.background}"),
        counted(choice.signal),
        counted(choice.background),
        plain(_share(choice.width)),
        plain(DASH if gain is None else f"{gain:.1f} times"),
    ]


def _proposal(plan: Plan, best: Choice) -> str:
    if best.width is None:
        return "No sample has an interval: no event passes the threshold."
    width = plan.sic_width
    if _as_good(plan):
        return f"The sample asked for is as good as any: {best.options}"
    gain = f", {width / best.width:.1f} times narrower than asked for" if width else ""
    return f"Proposed{gain}: {best.options}"


def _as_good(plan: Plan) -> bool:
    """Whether the sample that is asked for tells about as much as the best one."""
    best, width = plan.choices[0].width, plan.sic_width
    return best is not None and width is not None and width <= AS_GOOD * best


def _name(plan: Plan) -> str:
    """The model and what sets it apart, whatever its seed."""
    return plan.title.rpartition(", seed")[0]


def _sample(plan: Plan) -> str:
    return f"{plan.sample.label}, {plan.sample.part} {plan.sample.size}"


def _cached(plan: Plan) -> str:
    return f"{plan.cached}, by run {plan.by}" if plan.by else plan.cached


def _needs(plan: Plan) -> str:
    return str(plan.needs) or DASH


def _weights(plan: Plan) -> str:
    """What the weights take, where the model knows."""
    size = plan.fit_size
    return f", {size_text(size)} at most for the weights" if size else ""


def _tokens(plan: Plan) -> str:
    return DASH if plan.tokens is None else _amount(plan.tokens)


def _half(width: float | None) -> str:
    return DASH if width is None else f"{round(width / 2, 6):.2g}"


def _share(width: float | None) -> str:
    """Half of a relative width, in percent."""
    if width is None:
        return DASH
    return f"{50 * width:.2g} %" if width < 2 else "over 100 %"


def time_text(seconds: float | None) -> str:
    """`40 s`, `3 min`, `1 h 20 min`."""
    if seconds is None:
        return DASH
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def _amount(count: float) -> str:
    """`12`, `3.4 k`, `1.2 M`, `5.6 G`."""
    for factor, mark in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= factor:
            return f"{count / factor:.1f} {mark}"
    return f"{count:.0f}"


def size_text(count: float | None) -> str:
    """`12 B`, `3.4 kB`, `1.2 MB`, or a dash."""
    if count is None:
        return DASH
    return f"{_amount(count)}B" if count >= 1e3 else f"{count:.0f} B"
