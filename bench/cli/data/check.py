"""`bench data check`: validate a file of events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bench.api.parts import Dataset
    from bench.plugins.registry import PluginEntry


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--dataset",
    help="What it is to be a file of.  [default: the installed datasets are asked in turn]",
)
def check(file: Path, dataset: str | None) -> None:
    """Validate a file: its layout, every value, its labels."""
    from bench.cli.data.named import in_turn
    from bench.cli.surroundings import context
    from bench.plugins.options import build
    from bench.storage.home import Home

    surroundings = context(Home.here())

    def checked(entry: PluginEntry[Dataset]) -> Sequence[str]:
        return build(entry.part, {}).check(file, surroundings)

    for line in in_turn(dataset, "check", checked, "--dataset"):
        click.echo(line)
