"""Runs whose scores are decisions: set apart from those that are ranked, and paired with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from bench.api.errors import DamagedError
from bench.comparison.paired import Difference, decision_difference, holm
from bench.metrics.format import number, p_value
from bench.report.blocks import Block, Cell, Heading, TableBlock, Text, counted, estimated
from bench.report.event_sets import EventSet
from bench.report.sections.guarded import marked
from bench.storage.store import Run

FIGURES = {"recall_signal": "ε_S", "recall_background": "1 - ε_B", "sic": "SIC"}
PAIRED = ("model", "against", "correct signal", "p, Holm", "correct background", "p, Holm ")


def decided(runs: Sequence[Run], sets: Sequence[EventSet]) -> list[Block]:
    """A section for each set of events that decisions were made on; nothing where none were."""
    by_events: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        if run.record.decisions and run.record.status == "ok" and _sound(run):
            by_events.setdefault(_events(run), []).append(run)
    ranked = {s.sample.identity: s for s in sets}
    blocks: list[Block] = []
    for events, same in sorted(by_events.items()):
        sample = same[0].record.sample
        assert sample is not None
        about = ranked.get(events) or EventSet(sample, ())
        blocks += _section(sorted(same, key=lambda run: run.name), about)
    return blocks


def _section(runs: Sequence[Run], events: EventSet) -> list[Block]:
    rows = []
    for run in runs:
        metrics = run.metrics()
        figures = [estimated(metrics.estimates.get(name)) for name in FIGURES]
        rows.append([_name(run), *figures, counted(metrics.counts.unjudged)])
    text = (
        "Decisions are one point of a ROC and have no order: they get no letter, no AUC and no "
        "maximum SIC, and are not ranked among scores, those that they were cut from included."
    )
    blocks: list[Block] = [
        Heading(f"Decisions alone: {events.title}"),
        TableBlock(f"decided-{events.slug}", ["model", *FIGURES.values(), "no answer"], rows),
    ]
    others = [setting.middle for setting in events.settings[:1]]
    pairs = [*((run, other) for run in runs for other in others), *combinations(runs, 2)]
    if not pairs:
        return [*blocks, Text(text)]
    paired = TableBlock(f"paired-{events.slug}", PAIRED, list(_pairs(pairs)))
    text += (
        " At their thresholds they are paired with each other, and with the best of the scores by "
        "AUC if there are any, on the same events: the difference in right decisions, and "
        "McNemar's exact test, Holm over the table."
    )
    return [*blocks, paired, Text(text)]


def _pairs(pairs: Sequence[tuple[Run, Run]]) -> Iterator[list[Cell]]:
    """The differences of each pair on both classes."""
    scored = {run.name: run.scored() for pair in pairs for run in pair}
    tests = [
        [decision_difference(scored[one.name], scored[other.name], label) for label in (1, 0)]
        for one, other in pairs
    ]
    corrected = iter(holm([test.p for both in tests for test in both]))
    for (one, other), both in zip(pairs, tests, strict=True):
        cells = [_name(one), _name(other)]
        for test in both:
            p = next(corrected)
            cells += [_difference(test), Cell(p_value(p), p)]
        yield cells


def _difference(test: Difference) -> Cell:
    low, value, high = (
        f"{'-' if end < 0 else '+'}{number(abs(end))}" for end in (test.low, test.value, test.high)
    )
    return Cell(f"{value} [{low}, {high}]", test.value, test.low, test.high, note=test.method)


def _name(run: Run) -> Cell:
    return marked(run.record.title, [run.record])


def _events(run: Run) -> tuple[str, str, str]:
    assert run.record.sample is not None
    return run.record.sample.identity


def _sound(run: Run) -> bool:
    """Whether its figures and its scores can be read."""
    try:
        run.metrics()
        run.scored()
    except DamagedError:
        return False
    return run.record.sample is not None
