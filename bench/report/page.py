"""A report: a folder with the page as markdown and as HTML, figures, and tables to take away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.api.errors import RequestError
from bench.comparison.floored import floor_of, under, usual_floor
from bench.metrics.floors import Floor
from bench.report.blocks import Block, Heading, TableBlock, Text, every
from bench.report.costs import Costs
from bench.report.drawing.bands import table as curves_table
from bench.report.drawing.draw import (
    Paper,
    draw,
    draw_first,
    draw_learning,
    draw_pairs,
    draw_searches,
    draw_training,
)
from bench.report.drawing.styles import Styles
from bench.report.drawing.subject import Subject
from bench.report.event_sets import EventSet, event_sets
from bench.report.exports import to_csv, to_latex
from bench.report.learning import LearningCurve, learning_curves, without_smaller
from bench.report.markdown import markdown
from bench.report.searches import Search, searches, without_less
from bench.report.sections.conclusions import conclusions
from bench.report.sections.decided import decided
from bench.report.sections.everything import decisions, standard
from bench.report.sections.explained import explained
from bench.report.sections.first import MOST, first_screen
from bench.report.sections.guarded import guarded
from bench.report.sections.learning import learning_section
from bench.report.sections.operating import operating
from bench.report.sections.pairs import pairs_table
from bench.report.sections.printed import printed
from bench.report.sections.regret import regret
from bench.report.sections.searches import searches_section
from bench.report.sections.shifts import shifts
from bench.report.sections.single import single
from bench.report.sections.stable import stable
from bench.report.sections.training import training_section
from bench.report.sections.validation import validation_section
from bench.report.sections.words import EXPLAINED, words
from bench.report.tested import Tested
from bench.report.training import Trained, over_trainings, without_other_looks
from bench.report.validation import validations
from bench.report.web.chart_data import asked
from bench.report.web.page import html
from bench.storage.drafts import drafted
from bench.storage.extras import PAGES, demand_libraries
from bench.storage.files import write_bytes
from bench.storage.report_contents import PLAIN, Contents
from bench.storage.secrets import masked
from bench.storage.store import Run

PAGE, WEB, TABLES, FIGURES = "report.md", "report.html", "tables", "figures"

READING = """\
Every figure has its 95 % interval: exact (Clopper-Pearson) for rates of unweighted events, DeLong
for AUC, and as the run's own table says for the rest. Rows with the same events were scored on the
very same events; others are not to be compared. twin is the bench's own simulation, official the
published file. SIC is ε_S / √ε_B at the threshold; max SIC its maximum over thresholds that leave
{floor}, with the ε_S there and the number left. Mass
sculpting is the Jensen-Shannon divergence, in bits, between the mass spectra of background that
the tightest tenth keeps and of the rest. An event without an answer counts as wrong and is never
selected. Accuracy, precision and F1 depend on the sample's class ratio; AUC, background rejection
and SIC at a threshold do not. max SIC depends on how much background there is: where it stands at
the floor, as its note says, it is what these events can show, and a sample of more may show more.
Where no background event is left, > stands before the lower limit at 95 % (Clopper-Pearson).
"""


PUBLISHED = """\
A split marked published is the dataset's own division into train, valid and test. What that leaves
open is divided by the events' hashes, as is every split that is not marked.
"""


def write_report(
    runs: Sequence[Run], folder: Path, contents: Contents = PLAIN, *, blank: bool = False
) -> Path:
    """As `write_and_show`, which gives what the page says; this one gives the page's path."""
    write_and_show(runs, folder, contents, blank=blank)
    return folder / PAGE


def write_and_show(
    runs: Sequence[Run], folder: Path, contents: Contents = PLAIN, *, blank: bool = False
) -> str:
    """Write the report of these runs into a folder; gives the markdown page.

    With `blank` its figures are empty files, which takes a fifth of the time.

    The same runs give the same bytes. An earlier report there is replaced once this one is whole.

    Raises:
        RequestError: there is no run, or what draws is not installed.
    """
    runs = under(runs, Floor.read(contents.floor) if contents.floor else usual_floor(runs))
    if not runs:
        raise RequestError("no runs to report; `bench run --help` says how to make one")
    demand_libraries(*PAGES)
    with drafted(folder) as draft:
        for room in (FIGURES, TABLES):
            (draft / room).mkdir()
        blocks = _blocks(runs, draft, contents, blank)
        for table in (block for block in every(blocks) if isinstance(block, TableBlock)):
            _export(table, draft)
            write_bytes(draft / TABLES / f"{table.name}.tex", to_latex(table).encode())
        page = markdown(blocks)
        write_bytes(draft / PAGE, page.encode())
        write_bytes(draft / WEB, html(blocks, draft).encode())
    return page


def _export(table: TableBlock, folder: Path) -> None:
    write_bytes(folder / TABLES / f"{table.name}.csv", to_csv(table).encode())


def _blocks(runs: Sequence[Run], folder: Path, contents: Contents, blank: bool) -> list[Block]:
    tests = [_looked_at(events) for events in event_sets(runs)]
    paper = Paper(folder, FIGURES, _styles(tests), contents.formats, blank)
    below = _below(runs, tests, paper, contents)
    title = masked(contents.title) or f"Comparison of {len(runs)} runs"
    pictures = draw_first([one.tested for one in tests][:MOST], paper)
    headings = [block for block in below if isinstance(block, Heading)]
    return [*first_screen(title, runs, [one.tested for one in tests], pictures, headings), *below]


@dataclass(frozen=True)
class _Sample:
    """The runs on one set of events: all of them, and those that are told apart."""

    events: EventSet
    curves: Sequence[LearningCurve]
    trainings: Sequence[Trained]
    searches: Sequence[Search]
    tested: Tested


def _looked_at(events: EventSet) -> _Sample:
    curves, trainings, weak = learning_curves(events), over_trainings(events), searches(events)
    shown = without_other_looks(without_smaller(events, curves), trainings)
    return _Sample(events, curves, trainings, weak, Tested.of(without_less(shown, weak)))


def _styles(samples: Sequence[_Sample]) -> Styles:
    """One for each model of the whole report."""
    others = [curve.largest for one in samples for curve in one.curves]
    others += [training.setting for one in samples for training in one.trainings]
    others += [search.curve.largest for one in samples for search in one.searches]
    return Styles.of([one.tested.settings for one in samples], others)


def _below(
    runs: Sequence[Run], samples: Sequence[_Sample], paper: Paper, contents: Contents
) -> list[Block]:
    """All that follows the first screen."""
    blocks: list[Block] = []
    if contents.by_valid:
        blocks += validation_section(validations(runs))
    for one in samples:
        blocks += _of_sample(runs, one, paper)
    sets = [one.events for one in samples]
    blocks += stable([one.tested for one in samples])
    blocks += [*decided(runs, sets), *operating(runs), *explained(runs), *printed(runs)]
    blocks += [Heading("All runs"), EXPLAINED, standard(runs), *guarded(runs)]
    if contents.decisions:
        blocks += [Heading("Decisions at the threshold"), decisions(runs)]
    if contents.blocks:
        blocks += [Heading("Every run"), *(b for run in runs for b in single(run))]
    records = (s for run in runs for s in (run.record.train, run.record.sample))
    own = [Text(PUBLISHED)] if any(record and record.division for record in records) else []
    floor = floor_of(runs)
    reading = READING.format(floor=floor.words)
    return [*blocks, Heading("How to read this"), Text(reading), *own, *words(floor)]


def _of_sample(runs: Sequence[Run], one: _Sample, paper: Paper) -> list[Block]:
    shown = one.tested.events
    pictures = draw_learning(one.curves, shown, paper)
    blocks = learning_section(runs, one.events, one.curves, pictures)
    pictures = draw_training(one.trainings, one.events, paper)
    blocks += training_section(one.events, one.trainings, pictures)
    pictures = draw_searches(one.searches, one.events, paper)
    blocks += searches_section(one.events, one.searches, pictures)
    subject = Subject.of(shown, paper.styles)
    bands = list(zip(subject.titles(subject.settings), subject.bands.values(), strict=True))
    pairs = pairs_table(one.tested, len(subject.settings))
    for table in (curves_table(f"curves-{shown.slug}", bands), *pairs):
        _export(table, paper.folder)
    blocks += conclusions(one.tested, draw_pairs(subject, one.tested, paper))
    return [
        *blocks,
        *regret(shown),
        *shifts(shown),
        *asked(one.tested, paper.styles, draw(subject, Costs(runs), paper)),
    ]
