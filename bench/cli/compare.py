"""`bench compare`: two runs against each other on the same events."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.options import RUNS


@click.command("compare", short_help="Compare two runs, paired on the same events.")
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@RUNS
def command(first: str, second: str, runs: Path) -> None:
    """Compare two runs on the very same events, and say what may be concluded.

    DeLong's test on AUC, a paired bootstrap on the maximum SIC, McNemar's exact test on the
    decisions of each class, Holm's correction over all of them. Refused where the events or the
    edition differ, or where the features have changed under one and the same name.
    """
    from bench.comparison.table import compare
    from bench.storage.store import Store

    one, other = Store(runs).pick([first, second])
    click.echo(compare(one, other))
