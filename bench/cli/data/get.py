"""`bench data get`: download a dataset's published file."""

from __future__ import annotations

import click

from bench.cli.completing import datasets


@click.command("get")
@click.argument("name", shell_complete=datasets)
def get(name: str) -> None:
    """Download a dataset's published file, resumed where it stopped, and verify it."""
    from bench.cli.data.named import named
    from bench.cli.surroundings import context
    from bench.storage.home import Home

    click.echo(named(name).get(context(Home.here())))
