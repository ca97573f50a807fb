"""`bench study`: the runs that a file names, and the report over them."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.options import RUNS


@click.command("study", short_help="Do the runs that a TOML file names, and report on them.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the report.  [default: the file's own]",
)
@click.option(
    "--quick",
    is_flag=True,
    help="Only to try the study: fit on at most 1000 events, judge the fits by 400 of the valid "
    "split and evaluate on 1000. Marked quick, in a folder quick beside the file; without counts.",
)
@RUNS
def command(file: Path, output: Path | None, quick: bool, runs: Path) -> int:
    """Do the runs of a study one after the other and write the report over them.

    A run that is there already is reused; one that breaks or that a guard voids keeps its row, and
    the others go on.
    The runs are packed into results/ beside the report, from which `bench report --check` writes
    it anew. Figures of other tools come from files of counts (see `bench import`).

    The keys are the options of `bench run`. A run is done once for each member of three lists:
    seeds, train_events (such as [300, 1000, "all"]) and look (such as [1, 2, "best"]); no other key
    may list what is tried in turn.

    \b
    title = "With and without numbers"
    counts = ["published.csv"]
    [report]
    decisions = true
    [defaults]
    dataset = "rd"
    [[runs]]
    plugin = "gbt"
    seeds = [0, 1]
    train_events = [300, 3000]
    [[runs]]
    plugin = "llm-nfa"
    permute = "numbers"
    set = { epochs = 2 }
    """
    from functools import partial

    from bench.cli.surroundings import context
    from bench.outside.importing import import_counts
    from bench.plugins.registry import load_registry
    from bench.report.page import write_report
    from bench.running.one_by_one import one_by_one
    from bench.running.study import read_study
    from bench.storage.archive import RESULTS, pack, unpack_sound
    from bench.storage.extras import PAGES, demand_libraries
    from bench.storage.home import Home
    from bench.storage.store import Store

    demand_libraries(*PAGES, "pandas")  # which the report needs, after all the fits
    study, registry, home, store = read_study(file), load_registry(), Home.here(), Store(runs)
    study = study.quick() if quick else study
    every = study.resolved(registry)
    beside = output or (file.parent / "quick" if quick else file.parent)
    if (beside / RESULTS).is_dir():
        unpack_sound(beside, store)  # what still holds of it is reused, by content like any run
    done = [run for given in study.counts for run in import_counts(given, registry, store)]
    made, codes = one_by_one(every, home, store, context(home), partial(click.echo, err=True))
    done += made
    if not done:
        return max(codes)
    page = write_report(done, beside, study.contents)
    pack(done, study.contents, beside)
    click.echo(f"written to {page}", err=True)
    return 1 if 1 in codes else max(codes)
