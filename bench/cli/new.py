"""`bench new`: a plugin package to start from."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new", short_help="Write a plugin package to start from, tests included.")
@click.argument("kind", type=click.Choice(["dataset", "encoder", "model", "metric"]))
@click.argument("name")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the package.  [default: bench-NAME]",
)
def command(kind: str, name: str, output: Path | None) -> None:
    """Write the package of a new part of the bench: real, tested, and yours to change.

    \b
    bench new encoder my-encoder
    pip install -e bench-my-encoder
    bench check my-encoder
    bench run --plugin llm-nfa --encoder my-encoder --dataset rd
    """
    from bench.api.errors import RequestError
    from bench.plugins.registry import load_registry
    from bench.templates import RUNS, write_package

    entries = [e for by_name in load_registry().entries.values() for e in by_name.values()]
    if name in {taken for entry in entries for taken in (entry.part.name, entry.plugin)}:
        raise RequestError(f"{name!r} is taken by what is installed; nothing was written")
    folder = output or Path(f"bench-{name}")
    for path in write_package(kind, name, folder):
        click.echo(f"written: {path}")
    click.echo(f"next: pip install -e {folder}; bench check {name}; {RUNS[kind].format(name=name)}")
