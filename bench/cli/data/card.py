"""`bench data card`: what a dataset is, where it is from and what its labels mean."""

from __future__ import annotations

import click


@click.command("card")
@click.argument("name")
def card(name: str) -> None:
    """Print a dataset's card: source, licence, counts, labels, layout and hashes, as TOML."""
    from bench.cli.data.named import named

    click.echo(named(name).card(), nl=False)
