"""`bench export`: a fitted model with its card, or runs in the layout of another tool."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.completing import runs as runs_called
from bench.cli.options import RUNS

if TYPE_CHECKING:
    from bench.storage.store import Store

MODEL, EEE = "model", "eee"


@click.command("export")
@click.argument("names", nargs=-1, metavar="[RUN]...", shell_complete=runs_called)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--as",
    "layout",
    type=click.Choice([MODEL, EEE]),
    default=MODEL,
    show_default=True,
    help="The fitted model of one run, or the figures of runs for Every Eval Ever.",
)
@click.option("--events", is_flag=True, help="With eee, write the score of every event too.")
@click.option(
    "--organisation", default="", help="With eee, who provides the figures.  [default: unknown]"
)
@click.option(
    "--report",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="With eee, the runs that are packed beside the report in FOLDER, in place of --runs.",
)
@RUNS
def command(
    names: tuple[str, ...],
    folder: Path,
    layout: str,
    events: bool,
    organisation: str,
    report: Path | None,
    runs: Path,
) -> None:
    """Write the model that a run fitted into DIR, ready for a hub.

    Weights, what the encoders learned, and a card, README.md: the run's figures with their 95 %
    intervals, data edition, samples, what the guards said, and how to load it. Language models are
    written in the layout of peft and transformers. `bench.load_exported(DIR)` scores as the run
    did. Nothing is written of a void or failed run. (`bench data export` writes events, no model.)
    RUN is a run's folder, the start or end of its name, or a plugin, for its newest run.

    With --as eee, the figures of these runs, or of all there are, in the layout of Every Eval Ever:
    a file a run under DIR/data, with every figure and its interval, the model with its options, the
    events with their hashes, and what the guards said. `bench export eee [RUN]... DIR` is the same,
    and `bench export eee` writes all runs into a folder eee.

    \b
    bench export RUN for-the-hub
    bench export RUN RUN evaluations --as eee --events
    """
    from bench.api.errors import RequestError
    from bench.storage.store import Store

    if EEE in (names or (str(folder),))[:1]:
        names, layout = names[1:], EEE
    if layout == MODEL:
        if events or organisation or report:
            raise RequestError("--events, --organisation and --report go with --as eee")
        if len(names) != 1:
            raise RequestError(f"{len(names)} runs: a model is of one; several go with --as eee")
        _write_model(names[0], folder, Store(runs))
    elif report is None:
        _write_evaluations(names, folder, Store(runs), events, organisation)
    else:
        from tempfile import TemporaryDirectory

        from bench.storage.archive import unpack_sound

        with TemporaryDirectory() as scratch:
            unpack_sound(report, store := Store(Path(scratch)))
            _write_evaluations(names, folder, store, events, organisation)


def _write_model(name: str, folder: Path, store: Store) -> None:
    from bench.cli.surroundings import context
    from bench.exporting.folder import export
    from bench.plugins.registry import load_registry
    from bench.storage.home import Home

    (picked,) = store.pick([name])
    home = Home.here()
    export(picked, folder, load_registry(), home, context(home))
    files = [file for file in folder.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    click.echo(f"{folder}: {len(files)} files, {size:.1f} MB; {folder / 'README.md'} is its card")


def _write_evaluations(
    names: Sequence[str], folder: Path, store: Store, events: bool, organisation: str
) -> None:
    from bench.exporting.eee import write_evaluations

    every = store.pick(names)
    # who names a run learns why nothing is written of it
    picked = every if names else [run for run in every if run.record.status == "ok"]
    written = write_evaluations(picked, folder, events=events, organisation=organisation)
    count = f"{len(written)} run{'' if len(written) == 1 else 's'}"
    click.echo(f"{folder}: {count} in the layout of Every Eval Ever 0.3.0")
    if left := [run for run in every if run not in picked]:
        names_left = ", ".join(f"{run.name} ({run.record.status})" for run in left)
        click.echo(f"left out: {names_left}", err=True)
