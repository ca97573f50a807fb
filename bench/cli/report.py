"""`bench report`: the comparison of stored runs."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.run import RUNS


@click.command("report", short_help="Write a comparison report from stored runs.")
@click.argument("names", nargs=-1, metavar="[RUN]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("report"),
    show_default=True,
    help="Folder to write.",
)
@RUNS
def command(names: tuple[str, ...], output: Path, runs: Path) -> None:
    """Write report.md with one table of all runs, and the ROC and SIC figures.

    RUN is a run's folder or the start or end of its name; all runs if none is named.
    """
    from bench.report.page import write_report
    from bench.store import Store

    page = write_report(Store(runs).pick(names), output)
    click.echo(page.read_text(encoding="utf-8"))
    click.echo(f"written to {page}", err=True)
