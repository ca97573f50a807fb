"""`bench data make`: simulate a dataset's twin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import click

from bench.cli.completing import datasets
from bench.cli.data.on import ON, make_features, shared_out
from bench.cli.options import OF_DATASET


@click.command("make")
@click.argument("name", shell_complete=datasets)
@click.option("--signal", type=click.IntRange(min=0), help="Signal events to keep.")
@click.option("--background", type=click.IntRange(min=0), help="Background events to keep.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Same seed, same events, whoever shares the work.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes.  [default: every core]")
@click.option("--force", is_flag=True, help="Replace the twin that is there.")
@ON
@OF_DATASET
def make(
    name: str,
    signal: int | None,
    background: int | None,
    seed: int,
    jobs: int | None,
    force: bool,
    where: str | None,
    options: Mapping[str, str],
) -> None:
    """Simulate the twin of a dataset with Pythia 8, in the official file layout.

    With --set variation=recoil it is one with another shower recoil; `bench list rd` names all.
    """
    from bench.api.dataset_requests import SimulationRequest
    from bench.api.errors import RequestError
    from bench.cli.data.named import named
    from bench.cli.surroundings import context
    from bench.storage.home import Home

    if jobs and where is not None:
        raise RequestError("--jobs and --on: one at a time")
    home = Home.here()
    surroundings = context(home)
    if jobs:
        surroundings = replace(surroundings, jobs=jobs)
    simulation = SimulationRequest(signal=signal, background=background, seed=seed, force=force)
    dataset = named(name, options)
    with shared_out(where, home, surroundings) as everywhere:
        made = dataset.make(simulation, everywhere)
        if where is not None:
            make_features(name, "twin", home, everywhere, options)
    click.echo(made)
