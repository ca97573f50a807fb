"""`bench run`: fit or reuse, score, judge, store, print the table."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bench.cli.options import RUNS, SEEDS, demand_named, run_options


@click.command("run")
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
    from bench.cli.surroundings import context
    from bench.plugins.registry import load_registry
    from bench.running.failures import RunFailedError
    from bench.running.parts import resolve_parts
    from bench.running.pipeline import run_parts
    from bench.running.preview import preview
    from bench.running.ranks import exit_code, joined
    from bench.storage.home import Home
    from bench.storage.request import RunRequest
    from bench.storage.store import Store
    from bench.workbench.result import Result

    demand_named(fields["plugin"], fields["dataset"])
    home, registry, first = Home.here(), load_registry(), RunRequest(**fields)
    every = [resolve_parts(replace(first, seed=first.seed + n), registry) for n in range(seeds)]
    ranks = joined(every[0].model, every[0].device)
    if not ranks.launched.leads:
        return ranks.help(every[0].model)
    with ranks.leading(codes := {0}):
        if dry_run:
            with redirect_stdout(sys.stderr):
                shown = preview(every[0], home, Store(runs), context(home))
            click.echo(shown.text)
            codes.add(3 if shown.void else 0)
        done = []
        for parts in [] if dry_run else every:
            try:
                run, reused = run_parts(
                    replace(parts, ranks=ranks), home, Store(runs), context(home)
                )
            except RunFailedError as error:
                click.echo("\n".join([f"bench: {error}", *error.printed]), err=True)
                codes.add(error.code)
                continue
            if reused:
                click.echo(f"reused run {run.name}: same request, same bytes", err=True)
            done.append(run)
        if done:
            click.echo(str(Result(tuple(done))))
    return exit_code(codes)
