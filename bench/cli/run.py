"""`bench run`: fit or reuse, score, judge, store, print the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bench.cli.options import RUNS, demand_named, run_options


@click.command("run", short_help="Fit or reuse a model, score, judge, store, print the table.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Fit nothing; show the samples, and an event as the model reads it.",
)
@run_options
@RUNS
def command(runs: Path, dry_run: bool, **asked: Any) -> int:
    """Fit or reuse a model, score events with it, judge, store the run and print its table.

    \b
    bench run --plugin llm-nfa --dataset blackbox1
    bench run --plugin gbt --dataset rd --ratio 1:10 --set learning_rate=0.1
    """
    from bench.cli.surroundings import context
    from bench.plugins.registry import load_registry
    from bench.report.sections.single import run_block
    from bench.running.failures import RunFailedError, VoidedRunError
    from bench.running.parts import resolve_parts
    from bench.running.pipeline import run_parts
    from bench.running.preview import preview
    from bench.storage.home import Home
    from bench.storage.request import RunRequest
    from bench.storage.store import Store

    demand_named(asked["plugin"], asked["dataset"])
    home = Home.here()
    parts = resolve_parts(RunRequest(**asked), load_registry())
    if dry_run:
        click.echo(preview(parts, home, Store(runs), context(home)))
        return 0
    try:
        done, reused = run_parts(parts, home, Store(runs), context(home))
    except VoidedRunError as error:
        click.echo(f"bench: {error}; `bench doctor {error.run.name}` explains", err=True)
        return 3
    except RunFailedError as error:
        click.echo(f"bench: {error}", err=True)
        return 1
    if reused:
        click.echo(f"reused run {done.name}: same request, same bytes", err=True)
    click.echo(run_block(done))
    return 0
