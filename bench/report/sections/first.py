"""The first screen of a report: which, by how much, and whether it is to be believed."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.blocks import Beside, Block, Folded, Heading, Item, Items, Links, Picture, Text
from bench.report.sections.answer import answer
from bench.report.sections.believe import believe
from bench.report.tested import Tested
from bench.storage.store import Run

MOST = 4
"""Samples that the first screen has room for; the answers of others are folded under it."""
ANSWER, BELIEVE = "Answer", "Can it be believed?"


def first_screen(
    title: str,
    runs: Sequence[Run],
    tests: Sequence[Tested],
    pictures: Sequence[Picture],
    below: Sequence[Heading],
) -> list[Block]:
    """Title, counts, answers, what they rest on, pictures, and the way to all else.

    Args:
        title: of the report.
        runs: all of it.
        tests: of each set of events, in the order of the study.
        pictures: the forest, and the orders of the models where there are several samples.
        below: the headings that follow.
    """
    ways = [heading for heading in below if heading.level == 2]
    items = [Item(one.events.brief, answer(one), one.events.heading) for one in tests]
    texts: list[Block] = [Heading(ANSWER)]
    texts += [Items(items[:MOST])] if items else [Text(_no_scores(runs))]
    if others := items[MOST:]:
        texts.append(
            Folded(f"{_counted(len(others), 'more sample', 'more samples')}", [Items(others)])
        )
    texts += [Heading(BELIEVE), Items(believe(runs, tests))]
    forest, rest = pictures[:1], pictures[1:]
    return [
        Heading(title, 1),
        Text(counts(runs)),
        Links(ways),
        Beside([column for column in (texts, forest, rest) if column]),
    ]


def counts(runs: Sequence[Run]) -> str:
    """`124 runs · 0 void · 0 warned · 37 notes`."""
    ended = [run.record.status for run in runs]
    outcomes = [verdict.outcome for run in runs for verdict in run.record.verdicts]
    warned = sum(any(verdict.outcome == "warn" for verdict in run.record.verdicts) for run in runs)
    parts = [
        _counted(len(runs), "run", "runs"),
        f"{ended.count('void')} void",
        f"{warned} warned",
        _counted(outcomes.count("note"), "note", "notes"),
    ]
    seldom = {
        "quick": sum(run.record.quick for run in runs),
        "failed": ended.count("failed"),
        "interrupted": ended.count("interrupted"),
        "let through": sum(
            any(verdict.outcome == "allowed" for verdict in run.record.verdicts) for run in runs
        ),
    }
    return " · ".join([*parts, *(f"{count} {what}" for what, count in seldom.items() if count)])


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _no_scores(runs: Sequence[Run]) -> str:
    if any(run.record.bare for run in runs):
        return (
            "No model can be ranked: of these results counts of decisions alone are known. What "
            "such operating points can tell is said of each sample below."
        )
    if any(run.record.decisions for run in runs):
        return "No model can be ranked: decisions have no order. They are paired below."
    return "No model can be ranked: there are no scores of both classes here that can be read."
