"""A run as text, however it ended: figures, findings, the command that repeats it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from bench.comparison.floored import floor_of, under, usual_floor
from bench.metrics.format import figure
from bench.report.blocks import Cell, TableBlock, plain
from bench.report.event_sets import Setting
from bench.report.limits import limited
from bench.report.markdown import table
from bench.report.sections.conclusions import over_seeds
from bench.report.sections.everything import STANDARD, few_signal, titled
from bench.report.sections.guarded import in_words, nothing_found, with_findings
from bench.report.sections.single import heading, run_block
from bench.storage.repeating import command_of
from bench.storage.stored_run import METRICS, Run
from bench.storage.typed import typed


def shown(run: Run) -> str:
    """A run with its findings and the command that repeats it."""
    (run,) = under([run], usual_floor([run]))
    created = run.record.created.replace("T", " ").replace("Z", " UTC")
    again = typed(*shlex.split(command_of(run.record)), runs=run.folder.parent)
    again = again if command_of(run.record) else "from Python, b.score(...)"
    return "\n".join([run_text(run), "", f"made {created}; to have it again:", f"  {again}"])


def run_text(run: Run) -> str:
    """Every figure of a run and what guards found; of one that did not end well, why."""
    record = run.record
    error = [f"{record.status}: {record.error}"] if record.status != "ok" else []
    if METRICS in record.files:
        return "\n".join([*error, run_block(run)])
    findings = map(in_words, with_findings(record))
    return "\n".join([heading(run), "", f"run {run.name}", *error, *findings])


def seeds_text(runs: Sequence[Run]) -> str:
    """The figures of a setting over its seeds, and what guards found in each run."""
    setting = Setting(tuple(runs))
    floor = floor_of(runs)
    rows = [[plain(titled(name, floor)), *_cells(setting, name)] for name in STANDARD]
    seeds = [f"seed {run.record.seed}" for run in runs]
    block = TableBlock("seeds", ["figure", *seeds, "median (16 to 84 %)"], rows)
    few = few_signal(runs[0].record.sample)
    said = [f"{few}: hardly anything can be told from them"] if few else []
    return "\n".join([heading(runs[0]), "", table(block), "", *said, *_findings(runs)])


def _cells(setting: Setting, name: str) -> Iterator[Cell]:
    for run in setting.runs:
        estimate = run.metrics().estimates.get(name)
        yield limited(run, estimate) or plain(figure(estimate))
    yield over_seeds(setting.spread(name))


def _findings(runs: Sequence[Run]) -> Iterator[str]:
    for run in runs:
        lines = [*map(in_words, with_findings(run.record))] or [nothing_found(run.record)]
        yield from (f"seed {run.record.seed}, run {run.name}: {line}" for line in lines)
