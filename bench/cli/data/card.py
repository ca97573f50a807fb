"""`bench data card`: what a dataset is, where it is from and what its labels mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.completing import datasets

if TYPE_CHECKING:
    from bench.api.parts import Dataset
    from bench.exporting.croissant import LocalFile

TOML, CROISSANT = "toml", "croissant"


@click.command("card")
@click.argument("name", shell_complete=datasets)
@click.option(
    "--as",
    "form",
    type=click.Choice([TOML, CROISSANT]),
    default=TOML,
    show_default=True,
    help="As the bench keeps it, or Croissant 1.1, JSON-LD for other tools.",
)
@click.option(
    "--edition",
    type=click.Choice(["official", "twin"]),
    help="With croissant, the file of it on this machine, with its hash.  [default: as published; "
    "of an import, its file]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it there; a file on this machine is named from there.",
)
def card(name: str, form: str, edition: str | None, output: Path | None) -> None:
    """Print a dataset's card: source, licence, counts, labels, layout and hashes.

    \b
    bench data card rd
    bench data card rd --as croissant -o rd.croissant.json
    """
    from bench.api.errors import RequestError
    from bench.cli.data.named import named
    from bench.storage.files import demand_folder_of, write_bytes
    from bench.storage.secrets import masked

    if output:
        demand_folder_of(output)
    dataset = named(name)
    if form == CROISSANT:
        text = _croissant(dataset, edition, output)
    elif edition:
        raise RequestError("--edition goes with --as croissant: the card in TOML is of both")
    else:
        text = dataset.card()
    if output:
        write_bytes(output, masked(text).encode())
        click.echo(f"written to {output}", err=True)
    else:
        click.echo(text, nl=False)


def _croissant(dataset: Dataset, edition: str | None, output: Path | None) -> str:
    """The card as JSON-LD: of what is published, else of the file on this machine."""
    import json
    import tomllib

    from bench.exporting.croissant import croissant_of
    from bench.exporting.croissant.card import is_published

    content = tomllib.loads(dataset.card())
    local = None if is_published(content) and not edition else _local(dataset, edition, output)
    return json.dumps(croissant_of(content, local), indent=1, ensure_ascii=False) + "\n"


def _local(dataset: Dataset, edition: str | None, output: Path | None) -> LocalFile:
    import inspect
    import os.path

    from bench.cli.surroundings import context
    from bench.exporting.croissant import LocalFile
    from bench.exporting.croissant.card import TWIN
    from bench.storage.fingerprint import file_digest
    from bench.storage.home import Home

    source = dataset.open(edition, None, context(Home.here()))
    # a card on the screen is of a file beside it, wherever that is
    path = os.path.relpath(source.file, output.absolute().parent) if output else source.file.name
    how = inspect.getdoc(type(dataset).make) if source.edition.partition(":")[0] == TWIN else ""
    made = (how or "").partition("\n")[0]
    return LocalFile(source.edition, Path(path).as_posix(), file_digest(source.file), made)
