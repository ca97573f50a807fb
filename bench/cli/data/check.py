"""`bench data check`: validate a file of events."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dataset", default="rd", show_default=True, help="What it is to be a file of.")
def check(file: Path, dataset: str) -> None:
    """Validate a file: its layout, every value, its labels."""
    from bench.cli.data.named import named
    from bench.cli.surroundings import context
    from bench.storage.home import Home

    for line in named(dataset).check(file, context(Home.here())):
        click.echo(line)
