"""`bench new`: a plugin package to start from."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new")
@click.argument("kind", type=click.Choice(["dataset", "encoder", "model", "metric"]))
@click.argument("name")
@click.option(
    "--gives",
    type=click.Choice(["numbers", "texts", "values", "front"]),
    help="What an encoder gives: a row of numbers, a prompt, a prompt with values at placeholders, "
    "or numbers with a network in front that the model trains.  [default: numbers]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the package.  [default: bench-NAME]",
)
def command(kind: str, name: str, gives: str | None, output: Path | None) -> None:
    """Write the package of a new part of the bench: real, tested, and yours to change.

    \b
    bench new encoder my-encoder
    pip install -e bench-my-encoder
    bench check my-encoder
    bench run --plugin llm-nfa --encoder my-encoder --dataset rd
    bench new encoder my-prompt --gives texts
    """
    from bench.api.errors import RequestError
    from bench.plugins.registry import load_registry
    from bench.storage.typed import typed
    from bench.templates import RUNS, template_of, write_package

    template = template_of(kind, gives)
    entries = [e for by_name in load_registry().entries.values() for e in by_name.values()]
    if name in {taken for entry in entries for taken in (entry.part.name, entry.plugin)}:
        raise RequestError(f"{name!r} is taken by what is installed; nothing was written")
    folder = output or Path(f"bench-{name}")
    for path in write_package(template, name, folder):
        click.echo(f"written: {path}")
    click.echo(
        f"next: {typed('pip', 'install', '-e', str(folder))}; bench check {name}; "
        f"{RUNS[template].format(name=name)}"
    )
