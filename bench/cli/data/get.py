"""`bench data get`: download a dataset's published file."""

from __future__ import annotations

import click


@click.command("get")
@click.argument("name")
def get(name: str) -> None:
    """Download a dataset's published file, resumed where it stopped, and verify it."""
    from bench.cli.data.find import find_dataset
    from bench.cli.surroundings import context
    from bench.storage.home import Home

    click.echo(find_dataset(name).get(context(Home.here())))
