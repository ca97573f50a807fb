"""`bench export`: a fitted model, with its card, for others to load."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.completing import runs as runs_called
from bench.cli.options import RUNS


@click.command("export", short_help="Write the fitted model of a run for others to load.")
@click.argument("run", metavar="RUN", shell_complete=runs_called)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@RUNS
def command(run: str, folder: Path, runs: Path) -> None:
    """Write the model that a run fitted into DIR, ready for a hub.

    Weights, what the encoders learned, and a card, README.md: the run's figures with their 95 %
    intervals, data edition, samples, what the guards said, and how to load it. Language models are
    written in the layout of peft and transformers. `bench.load_exported(DIR)` scores as the run
    did. Nothing is written of a void or failed run. (`bench data export` writes events, no model.)
    RUN is a run's folder, the start or end of its name, or a plugin, for its newest run.

    \b
    bench export RUN for-the-hub
    """
    from bench.cli.surroundings import context
    from bench.exporting.folder import export
    from bench.plugins.registry import load_registry
    from bench.storage.home import Home
    from bench.storage.store import Store

    (picked,) = Store(runs).pick([run])
    home = Home.here()
    export(picked, folder, load_registry(), home, context(home))
    files = [file for file in folder.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    click.echo(f"{folder}: {len(files)} files, {size:.1f} MB; {folder / 'README.md'} is its card")
