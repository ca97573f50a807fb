"""`bench schema`: the form of a run's files, for tools without Python."""

from __future__ import annotations

import click

NAMES = ("run", "metrics", "history", "packed", "export")


@click.command("schema")
@click.argument("name", default="run", type=click.Choice(NAMES))
def command(name: str) -> None:
    """Print the JSON Schema (draft 2020-12) of a file: what its fields are, with their units.

    NAME is run (run.json), metrics (metrics.json), history (a line of history.jsonl), packed (a
    line of a report's results/runs.jsonl) or export (bench.json of an exported model). The same
    lies as files in the package, in bench/exporting/schemas/. Its $id ends in the number of the
    form, which is raised when a field is removed or changes its type or meaning.

    \b
    bench schema metrics
    """
    from bench.exporting.schema import schema_of, text_of

    click.echo(text_of(schema_of(name)), nl=False)
