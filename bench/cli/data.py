"""`bench data`: download, simulate and validate datasets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from bench.parts import Dataset, Simulation


@click.group("data", short_help="Download, simulate or validate a dataset's file.")
def command() -> None:
    """Download, simulate or validate a dataset's file."""


@command.command("get")
@click.argument("name")
def get(name: str) -> None:
    """Download a dataset's published file, resumed where it stopped, and verify it."""
    from bench.cli.surroundings import context
    from bench.home import Home

    click.echo(_dataset(name).get(context(Home.here())))


@command.command("make")
@click.argument("name")
@click.option("--signal", type=click.IntRange(min=0), help="Signal events to keep.")
@click.option("--background", type=click.IntRange(min=0), help="Background events to keep.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Same seed, same events, whatever the number of jobs.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes.  [default: every core]")
@click.option("--force", is_flag=True, help="Replace the twin that is there.")
def make(
    name: str, signal: int | None, background: int | None, seed: int, jobs: int | None, force: bool
) -> None:
    """Simulate the twin of a dataset with Pythia 8, in the official file layout."""
    from bench.cli.surroundings import context
    from bench.home import Home

    surroundings = context(Home.here())
    if jobs:
        surroundings = replace(surroundings, jobs=jobs)
    simulation = Simulation(signal=signal, background=background, seed=seed, force=force)
    click.echo(_dataset(name).make(simulation, surroundings))


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dataset", default="rd", show_default=True, help="What it is to be a file of.")
def check(file: Path, dataset: str) -> None:
    """Validate a file: its layout, every value, its labels."""
    from bench.cli.surroundings import context
    from bench.home import Home

    for line in _dataset(dataset).check(file, context(Home.here())):
        click.echo(line)


def _dataset(name: str) -> Dataset:
    from bench.options import build
    from bench.plugins import load_shelf

    return build(load_shelf().find(Dataset, name).part, {})
