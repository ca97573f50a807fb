"""`bench plan`: what a run or a study would cost and tell."""

from __future__ import annotations

import sys
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.api.errors import RequestError
from bench.cli.options import RUNS, demand_named, run_options

if TYPE_CHECKING:
    from bench.storage.store import Store


@click.command("plan")
@click.argument("study", required=False, type=click.Path(path_type=Path), metavar="[STUDY]")
@run_options
@RUNS
def command(study: Path | None, runs: Path, **fields: Any) -> None:
    """Tell before a run what it will cost and how wide its intervals will be; nothing is fitted.

    Time and disk come from past runs of the plugin, the widths from its past scores on the
    dataset, or from an assumed classifier. Where signal is rare, the sample is proposed that gives
    the narrowest SIC for as many scored events. A twin that is not there is simulated, as every
    run begins with it.

    \b
    bench plan --plugin llm-nfa --dataset blackbox1
    bench plan reports/baselines/study.toml
    """
    from bench.cli.over_seeds import over_seeds
    from bench.cli.surroundings import context, saying_once
    from bench.plan.page import page
    from bench.plan.plan import Planner
    from bench.plugins.registry import load_registry
    from bench.running.study import read_study
    from bench.storage.home import Home
    from bench.storage.request import RunRequest
    from bench.storage.store import Store

    if study:
        _demand_alone(click.get_current_context(), study)
    else:
        demand_named(fields["plugin"], fields["dataset"])
    registry = load_registry()
    if study:
        named = read_study(study)
        named.resolved(registry)
    requests = named.runs if study else tuple(over_seeds(RunRequest(**fields), registry))
    home, store = Home.here(), Store(runs)
    with ExitStack() as stack:
        packed = _packed(study.parent, stack) if study else None
        planner = Planner(registry, home, store, saying_once(context(home)), packed)
        with redirect_stdout(sys.stderr):  # what a plugin prints is no result
            planned = planner.plan(requests)
        click.echo(page(planned, [runs, home.root]))


def _demand_alone(ctx: click.Context, study: Path) -> None:
    """Refuse options of a run beside a study, which has its own.

    Raises:
        RequestError: which option.
    """
    from click.core import ParameterSource

    for param in ctx.command.params:
        if param.name in ("study", "runs") or not param.name:
            continue
        if ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE:
            raise RequestError(f"{param.opts[0]}: {study} says itself what its runs are")


def _packed(folder: Path, stack: ExitStack) -> Store | None:
    """The runs packed beside a study, which `bench study` would reuse, in a place of their own."""
    from tempfile import TemporaryDirectory

    from bench.storage.archive import RESULTS, unpack
    from bench.storage.store import Store

    if not (folder / RESULTS).is_dir():
        return None
    store = Store(Path(stack.enter_context(TemporaryDirectory())))
    unpack(folder, store)
    return store
