"""`bench data card`: what a dataset is, where it is from and what its labels mean."""

from __future__ import annotations

import click

from bench.cli.completing import datasets


@click.command("card")
@click.argument("name", shell_complete=datasets)
def card(name: str) -> None:
    """Print a dataset's card: source, licence, counts, labels, layout and hashes, as TOML."""
    from bench.cli.data.named import named

    click.echo(named(name).card(), nl=False)
