"""`bench import`: results of other tools into the store."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.options import RUNS


@click.command("import", short_help="Bring in another tool's predictions or bare counts.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--model", help="What to call the model; needed for predictions.")
@click.option("--dataset", help="The dataset that was scored; needed for predictions.")
@click.option(
    "--edition",
    type=click.Choice(["official", "twin"]),
    help="Its edition.  [default: as for run; of counts it is a column, official if there is none]",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Called signal from this score on.",
)
@click.option("--options", "told", default="", help="Its options, in your words.")
@click.option("--source", default="", help="Where it was published.")
@RUNS
def command(
    file: Path,
    model: str | None,
    dataset: str | None,
    edition: str | None,
    threshold: float,
    told: str,
    source: str,
    runs: Path,
) -> None:
    """Bring results of other tools into the store, to stand in reports beside its own runs.

    FILE is CSV or Parquet. With the columns `score` and `event` (ids as in scores.parquet) or
    `index` (the event's place in the dataset's file, from 0), and perhaps `label`, it holds one
    model's predictions: they are matched to the dataset's events, and compared paired like any run.

    With `model`, `dataset`, `true_signal`, `signal`, `true_background` and `background` every row
    is an operating point of which nothing else is known. It may have `date`, `edition`, `ratio`,
    `options`, `without`, `source`, `unjudged_signal`, `unjudged_background`, and figures as their
    author printed them, such as `printed_f1_signal`, which the report computes again.

    \b
    bench import scores.csv --model particle-net --dataset rd
    bench import published.csv
    """
    from bench.cli.surroundings import context
    from bench.errors import RequestError
    from bench.home import Home
    from bench.outside.counts import NEEDED
    from bench.outside.frames import read_frame
    from bench.outside.keep import import_counts, import_predictions
    from bench.outside.predictions import Claim
    from bench.plugins import load_shelf
    from bench.store import Store

    if "score" not in (columns := read_frame(file)) and set(NEEDED) & set(columns):
        if model or dataset or edition:
            raise RequestError(
                f"{file}: counts name model, dataset and edition in columns of their own"
            )
        found = import_counts(file, load_shelf(), Store(runs))
    elif not (model and dataset):
        raise RequestError(f"{file}: predictions want --model NAME and --dataset NAME")
    else:
        claim = Claim(file, model, dataset, edition, threshold, told, source)
        home = Home.here()
        found = [import_predictions(claim, load_shelf(), home, Store(runs), context(home))]
    for run in found:
        sample = run.record.sample
        on = f" on {sample.label} {sample.size}" if sample else ""
        click.echo(f"{run.name}: {run.record.title}{on}; not known: {_lacking(run)}")


def _lacking(run: object) -> str:
    from bench.store import Run

    assert isinstance(run, Run)
    outside = run.record.outside
    return ", ".join(outside.lacks) if outside else "nothing"
