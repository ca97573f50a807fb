"""`bench data get`: download a dataset's published file."""

from __future__ import annotations

import click

from bench.cli.completing import datasets
from bench.cli.data.on import ON, make_features, shared_out


@click.command("get")
@click.argument("name", shell_complete=datasets)
@ON
def get(name: str, where: str | None) -> None:
    """Download a dataset's published file, resumed where it stopped, and verify it."""
    from bench.cli.data.named import named
    from bench.cli.surroundings import context
    from bench.storage.home import Home

    home, dataset = Home.here(), named(name)
    with shared_out(where, home, context(home)) as surroundings:
        file = dataset.get(surroundings)
        if where is not None:
            make_features(name, "official", home, surroundings)
    click.echo(file)
