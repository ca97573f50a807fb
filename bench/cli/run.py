"""`bench run`: fit or reuse, score, judge, store, print the table."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.options import RUNS, SEEDS, demand_named, run_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.running.parts import RunParts


@click.command("run", short_help="Fit or reuse a model, score, judge, store, print the table.")
@click.option("--dry-run", is_flag=True, help="Fit nothing; show samples, events and findings.")
@SEEDS
@run_options
@RUNS
def command(runs: Path, dry_run: bool, seeds: int, **fields: Any) -> int:
    """Fit or reuse a model, score events with it, judge, store the run and print its table.

    \b
    bench run --plugin llm-nfa --dataset blackbox1
    bench run --model gbt --dataset rd --ratio 1:10 --set learning_rate=0.1 --seeds 3
    """
    from bench.plugins.registry import load_registry
    from bench.running.launched import launched
    from bench.running.parts import resolve_parts
    from bench.running.ranks import joined
    from bench.storage.request import RunRequest

    demand_named(fields["plugin"], fields["dataset"])
    registry, first = load_registry(), RunRequest(**fields)
    every = [resolve_parts(replace(first, seed=first.seed + n), registry) for n in range(seeds)]
    ranks = joined(every[0].model, every[0].device, launched())
    if not ranks.launched.leads:
        return ranks.help(every[0].model)
    every = [replace(parts, ranks=ranks) for parts in every]
    return ranks.lead(lambda: _preview(every[0], runs) if dry_run else _do(every, runs))


def _preview(parts: RunParts, runs: Path) -> int:
    """Show what a run would be; gives the exit code."""
    from bench.cli.surroundings import context
    from bench.running.preview import preview
    from bench.storage.home import Home
    from bench.storage.store import Store

    home = Home.here()
    with redirect_stdout(sys.stderr):
        shown = preview(parts, home, Store(runs), context(home))
    click.echo(shown.text)
    return 3 if shown.void else 0


def _do(every: Sequence[RunParts], runs: Path) -> int:
    """Do runs and print their table; gives the exit code."""
    from bench.cli.surroundings import context
    from bench.running.failures import RunFailedError
    from bench.running.pipeline import run_parts
    from bench.storage.home import Home
    from bench.storage.store import Store
    from bench.workbench.result import Result

    home = Home.here()
    done, codes = [], {0}
    for parts in every:
        try:
            run, reused = run_parts(parts, home, Store(runs), context(home))
        except RunFailedError as error:
            click.echo("\n".join([f"bench: {error}", *error.printed]), err=True)
            codes.add(error.code)
            continue
        if reused:
            click.echo(f"reused run {run.name}: same request, same bytes", err=True)
        done.append(run)
    if done:
        click.echo(str(Result(tuple(done))))
    return 1 if 1 in codes else max(codes)
