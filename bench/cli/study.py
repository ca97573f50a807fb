"""`bench study`: the runs that a file names, and the report over them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.api.errors import RequestError
from bench.cli.options import RUNS

if TYPE_CHECKING:
    from bench.running.missing import Missing, Survey
    from bench.storage.store import Run

SECRET = (
    "a secret stands among its options or variables, which no line may show; do it without "
    "--commands, or --on workers"
)

LINES = (
    "a line break stands among its options or variables, which no line can hold; do it without "
    "--commands, or --on workers"
)


@click.command("study")
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
@click.option(
    "--on",
    "where",
    metavar="WHERE",
    help="Do many runs at once: local or local:4 on this machine, tcp://HOST:PORT or the file of a "
    "Dask scheduler on its workers, which share BENCH_HOME and --runs.",
)
@click.option(
    "--commands",
    is_flag=True,
    help="Do nothing; print a shell line for each run that is missing.",
)
@click.option(
    "--needs",
    is_flag=True,
    help="With --commands: GPUs, memory in MiB and cores before each line, and a tab after each.",
)
@click.option(
    "--collect",
    is_flag=True,
    help="Do nothing; write the report if all runs are there, else say which are missing.",
)
@RUNS
def command(
    file: Path,
    output: Path | None,
    quick: bool,
    where: str | None,
    commands: bool,
    needs: bool,
    collect: bool,
    runs: Path,
) -> int:
    """Do the runs of a study, one after the other or --on many workers, and write their report.

    A run that is there already is reused; one that breaks or that a guard voids keeps its row, and
    the others go on.
    The runs are packed into results/ beside the report, from which `bench report --check` writes
    it anew. Figures of other tools come from files of counts (see `bench import`).

    The keys are the options of `bench run`. A run is done once for each member of four lists:
    seeds, train_events (such as [300, 1000, "all"]), inject (such as [0, 200]) and look (such as
    [1, 2, "best"]), and of each list of an option in vary, such as vary = { max_depth = [3, 6] };
    no other key may list what is tried in turn.

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
    from bench.cli.surroundings import context, saying_once
    from bench.outside.importing import import_counts
    from bench.plugins.registry import load_registry
    from bench.report.page import write_report
    from bench.running.failures import exit_code
    from bench.running.missing import Survey
    from bench.running.study import read_study
    from bench.storage.archive import RESULTS, pack, unpack_sound
    from bench.storage.extras import PAGES, demand_cluster, demand_libraries
    from bench.storage.home import Home
    from bench.storage.store import Store

    _demand_one({"--on": bool(where), "--commands": commands, "--collect": collect})
    if needs and not commands:
        raise RequestError("--needs is for --commands")
    if where is not None:
        demand_cluster()
    if not commands:
        demand_libraries(*PAGES, "pandas")  # which the report needs, after all the fits
    study, registry, home, store = read_study(file), load_registry(), Home.here(), Store(runs)
    study = study.quick() if quick else study
    every = study.resolved(registry)
    beside = output or (file.parent / "quick" if quick else file.parent)
    if (beside / RESULTS).is_dir():
        unpack_sound(beside, store)  # what still holds of it is reused, by content like any run
    alone = where is None and not commands and not collect
    surroundings = context(home) if alone else saying_once(context(home))
    survey = Survey(every, home, store, surroundings, _tell)
    if commands:
        return _print(survey, needs)
    if collect and (missing := survey.collect()):
        return _missing(missing, survey)
    done = [run for given in study.counts for run in import_counts(given, registry, store)]
    made, codes = survey.ends.all() if collect else _do(survey, where)
    done += made
    if not done:
        return max(codes)
    page = write_report(done, beside, study.contents)
    pack(done, study.contents, beside)
    click.echo(f"written to {page}", err=True)
    return exit_code(codes)


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _demand_one(given: dict[str, bool]) -> None:
    """Refuse two ways to do a study.

    Raises:
        RequestError: which.
    """
    names = [name for name, is_given in given.items() if is_given]
    if len(names) > 1:
        raise RequestError(f"{' and '.join(names)}: one at a time")


def _do(survey: Survey, where: str | None) -> tuple[list[Run], set[int]]:
    """The runs that have a record now, and the exit codes that they ask for."""
    from bench.cli.live import live
    from bench.running.at_once import at_once
    from bench.running.on_dask import executor_on
    from bench.running.one_by_one import one_by_one

    if where is None:
        return one_by_one(survey.every, survey.home, survey.store, survey.context, _tell)
    with executor_on(where, survey.context.notice) as executor:
        return at_once(survey, executor, live if sys.stderr.isatty() else None)


def _print(survey: Survey, needs: bool) -> int:
    """A line for each run that is missing and waits for no other one; gives the exit code."""
    from bench.storage.secrets import masked

    missing = survey.first()
    for one in missing:
        own, line = one.parts.needs, survey.command(one)
        if masked(line) != line or "\n" in line:
            survey.ends.refused(one.number, LINES if "\n" in line else SECRET)
            continue
        columns = [own.gpu, ceil(own.size / 2**20), own.cores or 1] if needs else []
        click.echo("\t".join([*map(str, columns), line]))
    if missing:
        _tell_of(missing, survey)
    return max(survey.ends.all()[1])


def _missing(missing: Sequence[Missing], survey: Survey) -> int:
    """Say what is missing; gives the exit code."""
    from bench.running.ends import in_words

    for one in missing:
        _tell(f"missing: run {one.number} ({in_words(one.parts.request)})")
    _tell_of(missing, survey)
    of = len(survey.every)
    _tell(f"bench: {len(missing)} of {of} runs are missing; --commands says what to type")
    return 2


def _tell_of(missing: Sequence[Missing], survey: Survey) -> None:
    """Say what was done in vain, and what waits."""
    for line in survey.not_held(missing):
        _tell(line)
    if survey.later:
        _tell(f"{survey.later} more wait for these, as one goes on from an earlier run (from)")
