"""`bench report`: the comparison of stored runs."""

from __future__ import annotations

import re
from pathlib import Path

import click

from bench.cli.completing import runs as runs_called
from bench.cli.options import FLOOR, RUNS
from bench.metrics.floors import Floor

FOLD = re.compile(r"</?(details|summary)>")
LINK = re.compile(r"\[([^\[\]]+)\]\(#[^()\s]*\)")
"""What a terminal shows as it stands: what is folded, and links within the page."""


@click.command("report")
@click.argument("names", nargs=-1, metavar="[RUN]...", shell_complete=runs_called)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("report"),
    show_default=True,
    help="Folder to write.",
)
@click.option("--title", default="", help="The page's heading.")
@click.option(
    "--decisions",
    is_flag=True,
    help="Add the figures at the threshold: accuracy, precision and F1 of each class, counts.",
)
@click.option("--blocks", is_flag=True, help="Add every figure of every run, a section each.")
@click.option(
    "--by-valid",
    is_flag=True,
    help="Add the AUC of every setting on the valid split, as one would choose among them.",
)
@click.option(
    "--formats",
    default="png",
    show_default=True,
    help="Of the figures, with commas between them: pdf and svg come beside png, which pages show.",
)
@click.option(
    "--check",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write nothing; say whether the reports in FOLDER are what the runs packed beside them "
    "give, and exit with 1 if not.",
)
@click.option(
    "--rejudge",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Judge the scores packed beside the reports in FOLDER anew, by the metrics of now and "
    "without a model, and write these reports again.",
)
@FLOOR
@RUNS
def command(
    names: tuple[str, ...],
    output: Path,
    title: str,
    decisions: bool,
    blocks: bool,
    by_valid: bool,
    formats: str,
    check: Path | None,
    rejudge: Path | None,
    floor: Floor | None,
    runs: Path,
) -> int:
    """Write what may be concluded of stored runs, with their figures and tables.

    report.md and report.html (one file, whose charts and tables can be asked) say the same;
    figures/ holds pairs of models, ROC, SIC, cost, scores, calibration, mass sculpting and
    training; tables/ every table as CSV and LaTeX, and the curves with their bands as CSV.

    RUN is a plugin or the name that an import was given, for all its runs; or a run's folder, or
    the start or end of its name. All runs if none is named.
    """
    from bench.api.errors import RequestError
    from bench.report.page import write_and_show
    from bench.storage.named_runs import all_called
    from bench.storage.report_contents import Contents, vector_formats
    from bench.storage.store import Store

    if check and rejudge:
        raise RequestError("--check and --rejudge: wanted one of them")
    if rejudge:
        return _rejudge(rejudge)
    if check:
        return _check(check)
    vectors, said = vector_formats(formats.split(",")), str(floor) if floor else ""
    contents = Contents(title, decisions, blocks, by_valid, vectors, said)
    page = write_and_show(all_called(Store(runs), names), output, contents)
    click.echo(_shown(page))
    click.echo(f"written to {output}: report.md, report.html, figures, tables", err=True)
    return 0


def _shown(page: str) -> str:
    """What a terminal has room for: what stands before the table of all runs, but for images."""
    lines = page.partition("\n## All runs")[0].splitlines()
    shown = [FOLD.sub("", line) for line in lines if not line.startswith("![")]
    return re.sub(r"\n{3,}", "\n\n", LINK.sub(r"\1", "\n".join(shown)))


def _check(folder: Path) -> int:
    from bench.api.errors import DamagedError
    from bench.report.up_to_date import out_of_step

    wrong = 0
    for report in _reports(folder):
        try:
            differences = out_of_step(report)
        except DamagedError as error:  # the other reports are checked nevertheless
            differences = [str(error)]
        click.echo(f"{report}: {'out of step' if differences else 'in step'}")
        for line in differences:
            click.echo(f"  {line}")
        wrong += bool(differences)
    return 1 if wrong else 0


def _rejudge(folder: Path) -> int:
    from bench.plugins.registry import load_registry
    from bench.report.rejudge import rejudge
    from bench.running.judging import Judges

    judges = Judges.of(load_registry())
    for report in _reports(folder):
        changed, runs = rejudge(report, judges)
        click.echo(f"{report}: another figure or note in {changed} of {runs} runs")
    return 0


def _reports(folder: Path) -> list[Path]:
    """The reports in a folder.

    Raises:
        RequestError: there is none.
    """
    from bench.api.errors import RequestError
    from bench.report.up_to_date import find_reports

    if reports := find_reports(folder):
        return reports
    raise RequestError(f"{folder}: no report in it")
