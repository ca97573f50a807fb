"""`bench explain`: the model of a run says why, and how far that is to be believed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.completing import runs as runs_called
from bench.cli.options import RUNS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.explaining.events import Explained
    from bench.explaining.judge import Judgement
    from bench.explaining.subject import Subject

MARKDOWN, JSON = "markdown", "json"


@click.command("explain")
@click.argument("run", metavar="RUN", shell_complete=runs_called)
@click.option(
    "--event",
    "ids",
    type=click.IntRange(0, 2**64 - 1),
    multiple=True,
    metavar="ID",
    help="An event of the evaluated sample, by its id; can be given more than once.",
)
@click.option(
    "--events",
    type=click.IntRange(1),
    metavar="N",
    help="So many events of it, half of each class.  [default: 10; 200 with --judge]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    metavar="S",
    help="Draw words by their probability, the same for the same seed.  [default: the likeliest]",
)
@click.option(
    "--free",
    is_flag=True,
    help="Let the model write any number; else they are held to those of the event's text.",
)
@click.option("--judge", is_flag=True, help="Measure how far the explanations are to be believed.")
@click.option("--control", metavar="RUN", help="With --judge, a run to show the same figures of.")
@click.option(
    "-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="Write into a file."
)
@click.option(
    "--format",
    "form",
    type=click.Choice([MARKDOWN, JSON]),
    help="[default: by the file's name, else markdown]",
)
@RUNS
def command(
    run: str,
    ids: tuple[int, ...],
    events: int | None,
    seed: int | None,
    free: bool,
    judge: bool,
    control: str | None,
    output: Path | None,
    form: str | None,
    runs: Path,
) -> int:
    """Have the model of a run say why it answers as it does, event by event.

    For each event: its numbers, P(signal), and the answer with the explanation that the model
    generates behind it. It has to be a language model that was fitted with a share of train events
    that explain: `bench run --plugin llm-nfa --dataset rd --set explain=0.3`. RUN is a run's
    folder, the start or end of its name, or a plugin, for its newest run.

    With --judge, figures with 95 % intervals of how far explanations are to be believed: whether
    the features that they name matter to the model, whether their numbers are the event's, whether
    they fit their event and no other. Exits with 3 where that makes them void. `bench report` shows
    what was found last.

    \b
    bench explain llm-nfa
    bench explain llm-nfa --judge -o why.md
    """
    from bench.api.errors import RequestError
    from bench.explaining.events import explain_events
    from bench.storage.files import demand_folder_of

    if control and not judge:
        raise RequestError("--control goes with --judge")
    if ids and events is not None:
        raise RequestError("--event and --events: wanted one of them")
    if output:
        demand_folder_of(output)
    form = form or (JSON if output and output.suffix.lower() == ".json" else MARKDOWN)
    which = _Which(ids, events, judge)
    opened = [_opened(name, which, runs) for name in (run, *([control] if control else []))]
    if len({subject.run.name for subject, _ in opened}) < len(opened):
        raise RequestError(f"--control {control}: this is the run itself; wanted another one")
    judged: list[tuple[Subject, Explained, Judgement | None]] = []
    for subject, rows in opened:
        explained = explain_events(subject, rows, seed, freely=free)
        judged.append((subject, explained, _judgement(subject, explained) if judge else None))
    subject, explained, judgement = judged[0]
    beside = next(((other.run.name, of) for other, _, of in judged[1:] if of), None)
    text = _written(form, subject, explained, judgement, beside)
    try:
        if judgement and not ids:
            _keep(subject, explained, judgement, beside)
    finally:
        _show(text, output, len(explained.table))
    for why in judgement.void if judgement else ():
        click.echo(f"void: {why}", err=True)
    return 3 if judgement and judgement.void else 0


def _show(text: str, output: Path | None, count: int) -> None:
    from bench.storage.files import atomic_write

    if output is None:
        click.echo(text, nl=False)
        return
    with atomic_write(output) as draft:
        draft.write_text(text, encoding="utf-8")
    click.echo(f"{output}: {count} events")


@dataclass(frozen=True)
class _Which:
    """Which events are explained."""

    ids: tuple[int, ...]
    events: int | None
    judge: bool


def _opened(name: str, which: _Which, runs: Path) -> tuple[Subject, NDArray[np.intp]]:
    """A run with all that its explanations come from, and the rows of its events."""
    from bench.cli.surroundings import context
    from bench.explaining.events import JUDGED, SHOWN, demand_enough, drawn_rows, rows_of
    from bench.explaining.subject import open_subject
    from bench.plugins.registry import load_registry
    from bench.storage.home import Home
    from bench.storage.store import Store

    (picked,) = Store(runs).pick([name])
    home = Home.here()
    subject = open_subject(picked, load_registry(), home, context(home))
    count = which.events or (JUDGED if which.judge else SHOWN)
    table = subject.evaluated
    rows = rows_of(table, which.ids) if which.ids else drawn_rows(table, count)
    if which.judge:
        demand_enough(rows, picked.name)
    return subject, rows


def _judgement(subject: Subject, explained: Explained) -> Judgement:
    from bench.explaining.judge import judge

    return judge(subject, explained)


def _keep(
    subject: Subject,
    explained: Explained,
    judgement: Judgement,
    control: tuple[str, Judgement] | None,
) -> None:
    """Write what was found beside the runs, for reports of them."""
    from bench.explaining.events import examples
    from bench.storage.explanations_file import JudgedExplanations, write_explanations

    name, other = control or ("", None)
    judged = JudgedExplanations(
        judgement.events,
        dict(judgement.figures),
        judgement.void,
        name,
        dict(other.figures) if other else {},
        tuple(examples(explained)),
    )
    write_explanations(subject.run.folder, judged)


def _written(
    form: str,
    subject: Subject,
    explained: Explained,
    judgement: Judgement | None,
    control: tuple[str, Judgement] | None,
) -> str:
    import json

    from bench.explaining.as_json import explanations_json
    from bench.explaining.events import SHOWN
    from bench.report.explained import explained_blocks, judged_blocks
    from bench.report.markdown import markdown

    if form == JSON:
        made = explanations_json(subject, explained, judgement, control)
        return json.dumps(made, indent=1, allow_nan=False) + "\n"
    shown = SHOWN if judgement else len(explained.table)
    blocks = list(explained_blocks(subject, explained, shown))
    return markdown([*blocks, *(judged_blocks(judgement, control) if judgement else ())])
