"""What the guards found: of one run, of all runs of a report."""

from __future__ import annotations

from collections.abc import Sequence

from bench.guards.every import by_code
from bench.report.blocks import Block, Cell, Heading, Table, Text, plain
from bench.storage.record import RunRecord, Verdict
from bench.storage.store import Run

MARKS = {"void": "✗", "allowed": "✗", "warn": "!", "note": ""}
"""What a finding puts behind a model's name, by how grave it is."""


def found(record: RunRecord) -> list[Verdict]:
    """The verdicts that found something, the gravest first."""
    order = list(MARKS)
    there = [verdict for verdict in record.verdicts if verdict.findings]
    return sorted(there, key=lambda verdict: (order.index(verdict.outcome), verdict.code))


def marked(name: str, records: Sequence[RunRecord]) -> Cell:
    """A model's name, with a mark and a footnote where a guard voided or warned."""
    grave = {
        verdict.code: verdict
        for record in records
        for verdict in found(record)
        if MARKS.get(verdict.outcome)
    }
    if not grave:
        return Cell(name)
    signs = sorted({MARKS[verdict.outcome] for verdict in grave.values()})
    told = "; ".join(in_words(verdict) for verdict in grave.values())
    return Cell(f"{name} {' '.join(signs)}", note=told, marked=True)


def in_words(verdict: Verdict) -> str:
    """`B062 chance (warn): AUC 0.51 ...`."""
    return f"{verdict.code} {verdict.guard} ({verdict.outcome}): {', '.join(verdict.findings)}"


def nothing(record: RunRecord) -> str:
    """How many guards looked at a run in which none found anything."""
    if record.bare:
        return "no guard has looked: of bare counts no event and no score is known"
    looked = len({verdict.code for verdict in record.verdicts if not verdict.skipped})
    return f"{looked} guards looked and found nothing" if looked else "no guard has looked"


def looked(record: RunRecord) -> list[str]:
    """Which guards looked at imported scores, and which could not and why; a line each."""
    if record.outside is None or not record.verdicts:
        return []
    could = [
        f"{verdict.code} {verdict.guard}" for verdict in record.verdicts if not verdict.skipped
    ]
    whys: dict[str, list[str]] = {}
    for verdict in record.verdicts:
        if verdict.skipped:
            whys.setdefault(verdict.skipped, []).append(f"{verdict.code} {verdict.guard}")
    lines = [f"looked: {', '.join(could) or 'none'}"]
    return [*lines, *(f"could not look, as {why}: {', '.join(who)}" for why, who in whys.items())]


def guarded(runs: Sequence[Run]) -> list[Block]:
    """What the guards found in the runs of a report, a row each, and how many they looked at."""
    own = [run for run in runs if run.record.outside is None or run.record.verdicts]
    if not own:
        return []
    known = by_code()
    rows = [
        [
            plain(run.record.title),
            plain(run.record.sample.label if run.record.sample else run.record.dataset),
            plain(f"{verdict.code} {verdict.guard}"),
            plain(verdict.outcome),
            plain(", ".join(verdict.findings)),
            plain(verdict.remedy or (known[verdict.code].remedy if verdict.code in known else "")),
        ]
        for run in sorted(own, key=lambda run: (run.record.title, run.name))
        for verdict in found(run.record)
    ]
    headings = ("model", "dataset", "guard", "outcome", "finding", "what to do")
    table = [Table("guards", headings, rows)] if rows else []
    return [Heading("What the guards found"), *table, Text(_told(own, bool(rows)))]


def _told(runs: Sequence[Run], anything: bool) -> str:
    looked = sum(bool(run.record.verdicts) for run in runs)
    if not looked:
        return "No guard has looked at these runs: they were made before there were guards."
    whole = len(runs)
    told = f"Guards looked at {'all' if looked == whole else f'{looked} of the'} {whole} runs"
    if not anything:
        return f"{told} and found nothing."
    return (
        f"{told}. void: worth nothing; allowed: it would be void, and somebody let it through; "
        "warn: its figures may mislead; note: something to know."
    )
