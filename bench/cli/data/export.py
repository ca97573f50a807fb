"""`bench data export`: the events of a run, for another tool."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from bench.cli.completing import datasets
from bench.cli.options import OF_DATASET, sample_options


@click.command("export", short_help="Write the events that a run would use, for another tool.")
@click.argument("name", shell_complete=datasets)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The table to write: .parquet or .csv.",
)
@OF_DATASET
@sample_options
def export(name: str, output: Path, options: Mapping[str, str], **fields: Any) -> None:
    """Write the events that `bench run --dataset NAME` would fit on and evaluate on.

    Events alone: `bench export` writes a fitted model. A row an event: `sample` (train, valid, or
    evaluated), `event` (its id), `index` (its place in the file that it is from, of which `dataset`
    and `edition` tell), `label`, `weight`, and its features. Fit another tool on train, stop it on
    valid, and bring its scores of the evaluated events back with `bench import`: they are compared
    with those of any plugin, event by event.

    \b
    bench data export rd --ratio 1:10 -o rd.parquet
    bench import scores.csv --model particle-net --dataset rd
    """
    from bench.cli.surroundings import context
    from bench.data.export import demand_table, write_samples
    from bench.data.requested_samples import requested_samples
    from bench.plugins.registry import load_registry
    from bench.storage.home import Home
    from bench.storage.request import SampleRequest

    demand_table(output)
    request = SampleRequest(dataset=name, **fields)
    home = Home.here()
    requested = requested_samples(request, options, load_registry(), home, context(home))
    for line in write_samples(requested.samples, output):
        click.echo(line)
