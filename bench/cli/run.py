"""`bench run`: fit or reuse, score, judge, store, print the table."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bench.cli.options import FLOOR, RUNS, SEEDS, demand_named, run_options
from bench.metrics.floors import Floor


@click.command("run")
@click.option("--dry-run", is_flag=True, help="Fit nothing; show samples, events and findings.")
@SEEDS
@FLOOR
@run_options
@RUNS
def command(runs: Path, dry_run: bool, seeds: int, floor: Floor | None, **fields: Any) -> int:
    """Fit or reuse a model, score events with it, judge, store the run and print its table.

    \b
    bench run --plugin llm-nfa --dataset blackbox1
    bench run --model gbt --dataset rd --ratio 1:10 --set learning_rate=0.1 --seeds 3
    """
    from bench.cli.over_seeds import parts_over_seeds
    from bench.cli.surroundings import context
    from bench.running.failures import RunFailedError, exit_code
    from bench.running.pipeline import run_parts
    from bench.running.preview import preview
    from bench.running.ranks import joined
    from bench.storage.home import Home
    from bench.storage.request import RunRequest
    from bench.storage.store import Store
    from bench.workbench.result import Result

    demand_named(fields["plugin"], fields["dataset"])
    home, store = Home.here(), Store(runs)
    every = parts_over_seeds(RunRequest(**fields), seeds, floor)
    ranks = joined(every[0].model, every[0].device)
    if not ranks.launched.leads:
        return ranks.help(every[0].model)
    with ranks.leading(codes := {0}):
        if dry_run:
            with redirect_stdout(sys.stderr):
                shown = preview(every[0], home, store, context(home))
            click.echo(shown.text)
            codes.add(3 if shown.void else 0)
        done = []
        for parts in [] if dry_run else every:
            try:
                run, reused = run_parts(replace(parts, ranks=ranks), home, store, context(home))
            except RunFailedError as error:
                click.echo("\n".join([f"bench: {error}", *error.printed]), err=True)
                codes.add(error.code)
                continue
            if reused:
                click.echo(f"reused run {run.name}: same request, same bytes", err=True)
            done.append(run)
        if done:
            click.echo(str(Result(tuple(done), floor)))
    return exit_code(codes)
