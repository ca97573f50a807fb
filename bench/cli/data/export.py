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
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="The table to write, .parquet or .csv; with --layout a new folder.",
)
@click.option(
    "--layout",
    metavar="TOOL",
    help="Write particles as weaver, jetnet or omnilearned reads them, in place of features.",
)
@click.option(
    "--particles",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --layout, the hardest N of an event's particles.  [default: all]",
)
@OF_DATASET
@sample_options
def export(
    name: str,
    output: Path,
    layout: str | None,
    particles: int | None,
    options: Mapping[str, str],
    **fields: Any,
) -> None:
    """Write the events that `bench run --dataset NAME` would fit on and evaluate on.

    Events alone: `bench export` writes a fitted model. A row an event: `sample` (train, valid, or
    evaluated), `event` (its id), `index` (its place in the file that it is from, of which `dataset`
    and `edition` tell), `label`, `weight`, and its features. Fit another tool on train, stop it on
    valid, and bring its scores of the evaluated events back with `bench import`: they are compared
    with those of any plugin, event by event.

    With --layout DIR holds the same events as particles, in the files and formats that the tool
    reads, the constituents of the two leading jets, hardest first; `events.parquet` beside them
    says which event is in which row. `bench data import DIR` reads it back.

    With --labels data train and valid events are those of a fit without truth, and `label` is 1 for
    data and 0 for the reference.

    \b
    bench data export rd --ratio 1:10 -o rd.parquet
    bench data export rd --layout weaver -o rd-weaver
    bench import scores.csv --model particle-net --dataset rd
    """
    from bench.api.errors import RequestError
    from bench.cli.surroundings import context
    from bench.data.export import demand_table, write_samples
    from bench.data.export_layout import demand_folder, demand_particles, write_layout
    from bench.data.requested_samples import events_request, requested_samples
    from bench.plugins.registry import load_registry
    from bench.storage.home import Home
    from bench.storage.request import RunRequest

    request = events_request(RunRequest(plugin="none", dataset=name, **fields))
    registry, home = load_registry(), Home.here()
    if layout is not None:
        demand_folder(output)
        for entry in registry.datasets_of(request.dataset, request.train):
            demand_particles(entry.part, layout)
    elif particles is not None:
        raise RequestError("--particles: wanted with --layout, as a table has no particles")
    else:
        demand_table(output)
    surroundings = context(home)
    samples = requested_samples(request, options, registry, home, surroundings).samples
    if layout is None:
        lines = write_samples(samples, output)
    else:
        lines = write_layout(samples, layout, output, particles, surroundings)
    for line in lines:
        click.echo(line)
