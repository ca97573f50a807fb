"""`bench study`: the runs that a file names, and the report over them."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.run import RUNS


@click.command("study", short_help="Do the runs that a TOML file names, and report on them.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the report.  [default: the file's own]",
)
@RUNS
def command(file: Path, output: Path | None, runs: Path) -> int:
    r"""Do the runs of a study one after the other and write the report over them.

    A run that is there already is reused; one that breaks keeps its row, and the others go on.

    \b
    title = "With and without numbers"
    [defaults]
    dataset = "rd"
    [[runs]]
    plugin = "gbt"
    seeds = [0, 1]
    [[runs]]
    plugin = "llm-nfa"
    permute = "numbers"
    set = { epochs = 2 }
    """
    from bench.cli.surroundings import context
    from bench.home import Home
    from bench.plugins import load_shelf
    from bench.report.page import write_report
    from bench.request import cast
    from bench.run import RunFailedError, run
    from bench.store import Store
    from bench.study import read_study

    study, shelf, home, store = read_study(file), load_shelf(), Home.here(), Store(runs)
    for request in study.runs:
        cast(request, shelf)  # a mistake in the last run is told before the first one starts
    done, failed = [], 0
    for number, request in enumerate(study.runs, 1):
        click.echo(f"run {number} of {len(study.runs)}: {request.plugin}", err=True)
        try:
            done.append(run(request, shelf, home, store, context(home))[0])
        except RunFailedError as error:
            click.echo(f"bench: {error}", err=True)
            done.append(error.run)
            failed += 1
    page = write_report(done, output or file.parent, study.title)
    click.echo(f"written to {page}", err=True)
    return 1 if failed else 0
