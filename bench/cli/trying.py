"""`bench try`: what an encoder is worth, in one go."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.completing import encoders, plugins, several_plugins
from bench.cli.options import FLOOR, RUNS, common_options, demand_named
from bench.metrics.floors import Floor

if TYPE_CHECKING:
    from bench.plugins.registry import Registry
    from bench.storage.home import Home
    from bench.storage.store import Store
    from bench.workbench.trying import Trial

BASELINE = "gbt"


@click.command("try")
@click.argument("encoder", metavar="ENCODER", shell_complete=encoders)
@click.option(
    "--on",
    "models",
    metavar="MODEL,MODEL",
    shell_complete=several_plugins,
    help="Plugins whose models are to read it.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="A run for each of N seeds, from --seed on.",
)
@click.option(
    "--baseline",
    default=BASELINE,
    shell_complete=plugins,
    metavar="MODEL",
    show_default=True,
    help="A plugin to stand beside them; an empty word for none.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the report.  [default: try-ENCODER]",
)
@click.option("--dry-run", is_flag=True, help="Do no run; show what there is to do and its time.")
@FLOOR
@common_options
@RUNS
def command(
    encoder: str,
    models: str | None,
    seeds: int,
    baseline: str,
    output: Path | None,
    dry_run: bool,
    floor: Floor | None,
    runs: Path,
    **fields: Any,
) -> int:
    """Say what an encoder is worth: on some models, beside the same with their own, and a baseline.

    ENCODER is a name, or the folder of a package that `bench new encoder` wrote, which need not be
    installed. All runs are of the same events, over the same seeds; runs that are there are reused.
    A run takes those options of --set that its parts have.

    DATASET is by default the one that models are fitted on for others, such as rd.

    \b
    bench try numbers-bins --on llm-nfa,mlp --seeds 3
    bench try ./bench-my-encoder --on mlp --quick
    """
    from bench.cli.over_seeds import over_seeds
    from bench.plugins.package_folder import PackageFolder
    from bench.plugins.registry import load_registry
    from bench.storage.extras import PAGES, demand_libraries
    from bench.storage.home import Home
    from bench.storage.request import RunRequest
    from bench.storage.store import Store
    from bench.storage.typed import typed
    from bench.workbench.trying import Trial, encoder_of, usual_dataset

    home, store = Home.here(), Store(runs)
    with ExitStack() as stack:
        package = PackageFolder.read(Path(encoder)) if _is_folder(encoder) else None
        if package:
            stack.enter_context(package.in_use())
        registry = load_registry()
        name = encoder_of(list(package.plugins), registry) if package else encoder
        fields["dataset"] = fields["dataset"] or usual_dataset(registry)
        demand_named(baseline or name, fields["dataset"])
        given = RunRequest(**fields, plugin=baseline or name)
        seeds = len(over_seeds(given, registry, seeds, floor))
        on = [word.strip() for word in (models or "").split(",") if word.strip()]
        once = list(dict.fromkeys(on))
        trial = Trial.of(name, once, baseline=baseline, seeds=seeds, given=given, registry=registry)
        if dry_run:
            _plan(trial, registry, home, store)
            return 0
        demand_libraries(*PAGES)  # which the report needs, after all the fits
        folder = output or Path(f"try-{name}")
        code = _do(trial, registry, home, store, folder, floor)
    if package:
        way = typed("pip", "install", "-e", str(package.folder))
        click.echo(f"{name} is not installed; for other commands: {way}", err=True)
    return code


def _is_folder(encoder: str) -> bool:
    """A path is a folder, and so is what has a package in it."""
    return Path(encoder).name != encoder or (Path(encoder) / "pyproject.toml").is_file()


def _plan(trial: Trial, registry: Registry, home: Home, store: Store) -> None:
    from bench.cli.surroundings import context, saying_once
    from bench.plan.page import page
    from bench.plan.plan import Planner

    planner = Planner(registry, home, store, saying_once(context(home)))
    click.echo(page(planner.plan(trial.requests), [store.root, home.root]))


def _do(
    trial: Trial,
    registry: Registry,
    home: Home,
    store: Store,
    folder: Path,
    floor: Floor | None,
) -> int:
    from bench.cli.surroundings import context
    from bench.report.page import write_report
    from bench.running.failures import exit_code
    from bench.running.one_by_one import one_by_one
    from bench.running.parts import resolve_parts
    from bench.storage.report_contents import Contents

    every = [resolve_parts(request, registry) for request in trial.requests]
    done, codes = one_by_one(every, home, store, context(home), partial(click.echo, err=True))
    if done:
        title = f"{trial.encoder} on {', '.join(trial.models)}"
        page = write_report(done, folder, Contents(title, floor=str(floor) if floor else ""))
        click.echo(trial.answer(done))
        click.echo(f"written to {page}", err=True)
    return exit_code(codes)
