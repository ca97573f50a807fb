"""`bench doctor`: what the guards said of a run, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.completing import runs as runs_called
from bench.cli.options import RUNS


@click.command("doctor")
@click.argument("run", metavar="RUN", shell_complete=runs_called)
@click.option("--all", "every", is_flag=True, help="Show the guards that found nothing, too.")
@RUNS
def command(run: str, every: bool, runs: Path) -> int:
    """Say what the guards found in a run, why it matters, and what to do about it.

    RUN is a run's folder, the start or end of its name, or a plugin or an import, for its newest.

    Exits with 3 if the run is void. A finding can be let through with `--allow CODE` in
    `bench run` or `bench import`; the record and every report show it. Of imported scores it says
    which guards looked, and why the others could not.
    """
    from bench.guards.pages import described
    from bench.guards.pages import every as every_guard
    from bench.report.sections.guarded import coverage, nothing_found, with_findings
    from bench.report.sections.single import heading
    from bench.storage.store import TRACEBACK, Store

    (picked,) = Store(runs).pick([run])
    record = picked.record
    known = every_guard()
    click.echo(f"{heading(picked)}\nrun {picked.name}: {record.status}\n")
    for verdict in with_findings(record):
        click.echo(f"{verdict.code} {verdict.guard}: {verdict.outcome}")
        for finding in verdict.findings:
            click.echo(f"  found: {finding}")
        if verdict.code in known:
            click.echo(f"{described(known[verdict.code])}\n")
    if any(verdict.broke for verdict in record.verdicts):
        click.echo(
            f"Where a guard broke is told in {picked.folder / TRACEBACK}. It looks again in the "
            "same run once this folder is removed.\n"
        )
    rest = [verdict for verdict in record.verdicts if not verdict.findings]
    if every:
        for verdict in rest:
            why = f": {verdict.skipped}" if verdict.skipped else f", {verdict.seconds:.2f} s"
            click.echo(f"{verdict.code} {verdict.guard:<20} {verdict.outcome}{why}")
    if record.status == "failed":
        click.echo(f"{record.error} (see {picked.folder / TRACEBACK})")
    elif not with_findings(record):
        click.echo(nothing_found(record))
    for line in coverage(record):
        click.echo(line)
    return 3 if record.status == "void" else 0
