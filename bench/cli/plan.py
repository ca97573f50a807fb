"""`bench plan`: what a run or a study would cost and tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bench.cli.options import RUNS, demand_named, run_options


@click.command("plan", short_help="Tell what a run or a study would cost, and how much it tells.")
@click.argument("study", required=False, type=click.Path(path_type=Path), metavar="[STUDY]")
@run_options
@RUNS
def command(study: Path | None, runs: Path, **asked: Any) -> None:
    r"""Tell before a run what it will cost and how wide its intervals will be; nothing is fitted.

    Time and disk come from past runs of the plugin, the widths from its past scores on the
    dataset. Where signal is rare, the sample is proposed that gives the narrowest SIC for as many
    scored events. A twin that is not there is simulated, as every run begins with it.

    \b
    bench plan --plugin llm-nfa --dataset blackbox1
    bench plan reports/baselines/study.toml
    """
    from bench.cli.surroundings import context
    from bench.home import Home
    from bench.plan.page import page
    from bench.plan.plan import plan
    from bench.plugins import load_shelf
    from bench.request import RunRequest
    from bench.store import Store
    from bench.study import read_study

    if study is None:
        demand_named(asked["plugin"], asked["dataset"])
    requests = read_study(study).runs if study else (RunRequest(**asked),)
    home, shelf, store = Home.here(), load_shelf(), Store(runs)
    plans = [plan(request, shelf, home, store, context(home)) for request in requests]
    click.echo(page(plans, runs))
