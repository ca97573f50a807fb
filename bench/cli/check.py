"""`bench check`: whether a plugin's parts do what they have to, and are alive."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout

import click

from bench.cli.completing import parts


@click.command("check")
@click.argument("plugin", metavar="PLUGIN", shell_complete=parts)
@click.option("--failed", "only", is_flag=True, help="Show what failed alone.")
def command(plugin: str, only: bool) -> int:
    """Check every part that a plugin offers, or the part of that name, on a few real events.

    Models are fitted, saved and loaded, and run under every guard. Exits with 1 if anything
    failed. The same from a plugin's own tests: `from bench.testing import check_model`.
    """
    from tabulate import tabulate

    from bench.plugins.registry import load_registry
    from bench.testing.check import FAILED
    from bench.testing.plugin import checked_plugin

    with redirect_stdout(sys.stderr):  # what a plugin prints is no result
        checks = checked_plugin(plugin, load_registry(), lambda line: click.echo(line, err=True))
    shown = [c for c in checks if c.outcome == FAILED or not only]
    rows = [[c.part, c.requirement, c.outcome, c.why] for c in shown]
    if rows:
        headings = ["part", "has to", "outcome", "why"]
        click.echo(tabulate(rows, headings, tablefmt="pipe", disable_numparse=True))
    failed = sum(c.outcome == FAILED for c in checks)
    click.echo(f"\n{len(checks)} checks, {failed} failed")
    return 1 if failed else 0
