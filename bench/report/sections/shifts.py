"""Prior shift apart from domain shift, for every model that was fitted at another class ratio."""

from __future__ import annotations

from bench.api.errors import DamagedError
from bench.comparison.shift import Shift, shift_between
from bench.metrics.format import number, p_value
from bench.report.blocks import Block, Cell, Heading, TableBlock, Text, plain, valued
from bench.report.event_sets import EventSet, Setting

LEVEL = 0.05
HEADINGS = (
    "model",
    "ε_S valid",
    "ε_S here",
    "p",
    "ε_B valid",
    "ε_B here",
    "p ",
    "precision at the fit's ratio",
    "precision at the natural one",
    "calibration gap",
    "corrected",
)


def shifts(events: EventSet) -> list[Block]:
    """A table and what follows from it; nothing where no model has its valid scores."""
    by_title = {s.title: shift for s in events.settings if (shift := _shift(s, events))}
    if not by_title:
        return []
    rows = [_row(title, shift) for title, shift in by_title.items()]
    return [
        Heading(f"Prior and domain: {events.brief}", 3),
        TableBlock(f"shift-{events.slug}", HEADINGS, rows),
        Text(_conclusion(by_title, events.sample.natural)),
    ]


def _shift(setting: Setting, events: EventSet) -> Shift | None:
    run = setting.middle
    if run.record.outside or not 0 < events.sample.natural < 1:
        return None
    if run.record.weak:  # its valid split has data and a reference for classes
        return None
    try:
        valid, evaluated = run.scored("valid"), run.scored()
        return shift_between(valid, evaluated, events.sample.natural)
    except (DamagedError, ValueError):
        return None


def _row(title: str, shift: Shift) -> list[Cell]:
    cells = [plain(title)]
    for change in (shift.signal, shift.background):
        cells += [valued(change.before), valued(change.after), _p(change.p)]
    precision = (shift.precision_before, shift.precision_after)
    gaps = (shift.calibration_before, shift.calibration_after)
    return [*cells, *(valued(x, 4) for x in precision), *(valued(x, 4) for x in gaps)]


def _p(value: float) -> Cell:
    return Cell(p_value(value), value)


def _conclusion(by_title: dict[str, Shift], natural: float) -> str:
    several = max(len(by_title), 1)  # Bonferroni over the models and both classes
    moved = [
        f"{title} (ε_S {number(s.signal.before)} to {number(s.signal.after)}, "
        f"ε_B {number(s.background.before)} to {number(s.background.after)})"
        for title, s in by_title.items()
        if min(s.signal.p, s.background.p) * 2 * several < LEVEL
    ]
    text = (
        "Efficiencies within a class do not know the class ratio: where they differ from the valid "
        "split of the fit at the same threshold, the events are others (domain shift; Fisher's "
        "exact test, Bonferroni over the table). Precision follows the class ratio alone (prior "
        f"shift): it is given at the fit's ratio and at the natural one, {natural:.3g} signal. "
        "The calibration gap is the distance of the mean score from that share, as scored and "
        "with the scores corrected to it; what remains is not prior."
    )
    if moved:
        return f"{text} Domain shift: {'; '.join(moved)}."
    return f"{text} No domain shift is seen."
