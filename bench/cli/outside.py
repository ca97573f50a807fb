"""`bench import`: results of other tools into the store."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.completing import datasets
from bench.cli.options import FLOOR, RUNS
from bench.metrics.floors import Floor
from bench.storage.region import spelled_region
from bench.storage.weak import DATA, spelled_sidebands

if TYPE_CHECKING:
    from bench.storage.store import Run


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--model", help="What to call the model; needed for predictions.")
@click.option(
    "--dataset",
    shell_complete=datasets,
    help="The dataset that was scored; needed for predictions.",
)
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
@click.option(
    "--valid",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Scores of the valid split, if they are not in FILE itself.",
)
@click.option(
    "--trained-on",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The events that the model was fitted on, such as what `bench data export` wrote.",
)
@click.option(
    "--exported",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="What `bench data export --layout` wrote, if FILE has its scores in that order.",
)
@click.option(
    "--region",
    metavar="COLUMN=LOW:HIGH",
    help="The region that its events are in, as `bench run` takes it.",
)
@click.option(
    "--labels",
    type=click.Choice(["truth", DATA]),
    default="truth",
    show_default=True,
    help="What it was fitted by: data, where it never saw truth; --trained-on labels each event.",
)
@click.option(
    "--sidebands",
    metavar="LOW:HIGH",
    help="Where the sidebands begin and end that data were told from, as `bench run` takes it.",
)
@click.option("--options", default="", help="Its options, in your words.")
@click.option("--source", default="", help="Where it was published.")
@click.option(
    "--allow",
    multiple=True,
    metavar="CODE",
    help="Let the finding of a guard through, visibly; see `bench doctor`.",
)
@FLOOR
@RUNS
def command(
    file: Path,
    model: str | None,
    dataset: str | None,
    edition: str | None,
    threshold: float,
    valid: Path | None,
    trained_on: Path | None,
    exported: Path | None,
    region: str | None,
    labels: str,
    sidebands: str | None,
    options: str,
    source: str,
    allow: tuple[str, ...],
    floor: Floor | None,
    runs: Path,
) -> int:
    """Bring results of other tools into the store, to stand in reports beside its own runs.

    FILE is CSV or Parquet, or what weaver (.root, .parquet) or OmniLearned (.npz) writes, or an
    array of scores (.npy). With the columns `score` and `event` (ids as in scores.parquet) or
    `index` (the event's place in the dataset's file, from 0), and perhaps `label`, it holds one
    model's predictions: they are matched to the dataset's events, called as the sample that these
    are, and compared paired like any run. Scores that name no event are those of --exported, in its
    order. Guards look at the scores; exits with 3 if one of them voids the import. Scores of two
    values are decisions, and never ranked.

    A column `sample`, as `bench data export` writes it, says which lines are `evaluated` and which
    are of the `valid` split; so does --valid. With --trained-on, guards look for events that were
    trained on among the evaluated ones. Such files need the events alone. Of a fit without truth
    (--labels data) it says by its column `label` which events were data, 1, and which the
    reference, 0, as `bench data export --labels data` writes it.

    With `model`, `dataset`, `true_signal`, `signal`, `true_background` and `background` every row
    is an operating point of which nothing else is known. It may have `date`, `edition`, `ratio`,
    `options`, `without`, `source`, `unjudged_signal`, `unjudged_background`, and figures as their
    author printed them, such as `printed_f1_signal`, which the report computes again.

    \b
    bench import scores.csv --model particle-net --dataset rd
    bench import scores.csv --model particle-net --dataset rd --trained-on rd.parquet
    bench import outputs_omni_custom_0.npz --model omnilearned --dataset rd --exported rd-omni
    bench import published.csv
    """
    from bench.api.errors import RequestError
    from bench.cli.surroundings import context
    from bench.outside.counts import NEEDED
    from bench.outside.dataframes import read_frame
    from bench.outside.export_order import events_of
    from bench.outside.importing import import_counts, import_predictions
    from bench.outside.predictions import Claim
    from bench.plugins.registry import load_registry
    from bench.storage.home import Home
    from bench.storage.store import Store

    if "score" not in (columns := read_frame(file)) and set(NEEDED) & set(columns):
        if valid or trained_on or exported or region or sidebands or labels == DATA:
            names = "--valid, --trained-on, --exported, --region or --labels"
            raise RequestError(f"{file}: of counts no event is known; wanted no {names}")
        if model or dataset or edition:
            raise RequestError(
                f"{file}: counts name model, dataset and edition in columns of their own"
            )
        if allow:
            raise RequestError(f"{file}: no guard looks at counts; there is nothing to --allow")
        imported = import_counts(file, load_registry(), Store(runs))
    elif not (model and dataset):
        raise RequestError(f"{file}: predictions want --model NAME and --dataset NAME")
    else:
        claim = Claim(
            *(file, model, dataset, edition, threshold, options, source, allow),
            valid=valid,
            trained_on=events_of(trained_on) if trained_on and trained_on.is_dir() else trained_on,
            exported=exported,
            region=spelled_region(region),
            weak=labels == DATA,
            sidebands=spelled_sidebands(sidebands),
        )
        home = Home.here()
        with redirect_stdout(sys.stderr):  # what a plugin prints is no result
            run = import_predictions(claim, load_registry(), home, Store(runs), context(home))
        imported = [run]
    for run in imported:
        _tell(run, floor)
    return 3 if any(run.record.status == "void" for run in imported) else 0


def _tell(run: Run, floor: Floor | None) -> None:
    """What was brought in: the table that `bench run` prints, what is not known of it, its end."""
    from bench.running.failures import doctor
    from bench.workbench.result import Result

    record = run.record
    lacks = ", ".join(record.outside.lacks) if record.outside else ""
    if record.bare:
        on = f" on {record.sample.label} {record.sample.size}" if record.sample else ""
        click.echo(f"{run.name}: {record.title}{on}; not known: {lacks or 'nothing'}")
        return
    click.echo(str(Result((run,), floor)))
    click.echo(f"not known: {lacks}" if lacks else "its train sample and valid scores are known")
    if record.status == "void":
        click.echo(f"bench: run {run.name} is void; `{doctor(run)}` explains", err=True)
