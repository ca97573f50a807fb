"""Explanations in a report: how far those of its runs are to be believed, and some of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bench.api.errors import DamagedError
from bench.explaining.events import SIDES
from bench.report.blocks import (
    Block,
    Folded,
    Heading,
    Item,
    Items,
    TableBlock,
    Text,
    counted,
    estimated,
    plain,
)
from bench.storage.explanations_file import JudgedExplanations
from bench.storage.store import Run

log = logging.getLogger(__name__)

ABOUT = (
    "What bench explain --judge found. Models generate why behind their answers, and this is how "
    "far that is to be believed, with 95 % intervals. Named features move the log odds is a ratio "
    "to as many features that are not named. Void explanations are worth nothing; the scores stand."
)


def explained(runs: Sequence[Run]) -> list[Block]:
    """The section; nothing where no run's explanations were judged."""
    judged = [(run, of) for run in runs if (of := _of(run))]
    if not judged:
        return []
    names = list(dict.fromkeys(name for _, of in judged for name in of.figures))
    rows = []
    for run, of in judged:
        head = [plain(run.record.setting), plain(_sample(run)), plain("void" if of.void else "")]
        rows.append([*head, counted(of.events), *(estimated(of.figures.get(n)) for n in names)])
        if of.control:
            own = [estimated(of.control_figures.get(name)) for name in names]
            rows.append([plain(f"control: {of.control}"), *[plain("")] * 2, plain(""), *own])
    headings = ("model", "sample", "void", "events", *names)
    blocks: list[Block] = [Heading("Explanations"), Text(ABOUT)]
    blocks.append(TableBlock("explanations", headings, rows))
    for run, of in judged:
        why = [Item("void", line) for line in of.void]
        blocks += [Items(why)] if why else []
        blocks.append(Folded(f"{run.record.setting} on {_sample(run)} says why", [_said(of)]))
    return blocks


def _said(of: JudgedExplanations) -> Block:
    lines = []
    for one in of.examples:
        score = "no answer" if one.score is None else f"P(signal) {one.score:.3g}"
        about = f"{SIDES[one.label]}, {score}"
        unread = f" (could not be read: {one.unread})" if one.unread else ""
        lines.append(Item(about, f"{one.answer or 'no answer'}: {one.text}{unread}"))
    return Items(lines)


def _sample(run: Run) -> str:
    return run.record.sample.label if run.record.sample else ""


def _of(run: Run) -> JudgedExplanations | None:
    try:
        return run.explanations()
    except DamagedError as error:
        log.warning("%s; it is left out", error)
        return None
