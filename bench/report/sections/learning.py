"""How many events it takes: every model that was fitted on several numbers of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.api.scores import Estimate
from bench.metrics.floors import NO_FLOOR, Floor, sic_title
from bench.metrics.ranking import AT_FLOOR, beyond
from bench.report.blocks import Block, Cell, Heading, Picture, TableBlock, Text, estimated, plain
from bench.report.event_sets import EventSet, Setting
from bench.report.learning import LearningCurve, missing, train_size
from bench.report.sections.guarded import marked
from bench.storage.store import Run

FIGURES = ("auc", "max_sic")


def learning_section(
    runs: Sequence[Run],
    events: EventSet,
    curves: Sequence[LearningCurve],
    pictures: Sequence[Picture],
) -> list[Block]:
    """The figure, a table of each figure, and what they are of; nothing without a curve."""
    if not curves:
        return []
    tables: list[Block] = []
    for name, title in zip(FIGURES, ("AUC", sic_title(events.floor)), strict=True):
        tables += [Text(f"{title} by train events:"), _table(events, curves, name)]
    return [
        Heading(f"How many events it takes: {events.title}", brief=f"learning, {events.brief}"),
        *pictures,
        *tables,
        Text(" ".join([_about(events, curves), *_missing(runs, events)])),
    ]


def _table(events: EventSet, curves: Sequence[LearningCurve], name: str) -> TableBlock:
    sizes = sorted({size for curve in curves for size in curve.points})
    rows = []
    for curve in curves:
        records = [run.record for setting in curve.points.values() for run in setting.runs]
        cells = [_cell(curve.points.get(size), name, events.floor) for size in sizes]
        rows.append([marked(curve.title, records), *cells])
    slug = name.replace("_", "-")
    return TableBlock(f"learning-{slug}-{events.slug}", ["model", *map(str, sizes)], rows)


def _cell(setting: Setting | None, name: str, floor: Floor) -> Cell:
    """The figure of the run of median AUC; a dash where nothing was fitted on so many events."""
    if setting is None:
        return plain("")
    estimate: Estimate | None = setting.middle.metrics().estimates.get(name)
    if estimate and AT_FLOOR in estimate.note:
        return estimated(replace(estimate, note=_at(floor)), marked=True)
    return estimated(estimate)


def _at(floor: Floor) -> str:
    """That a maximum stands at its floor, whatever else its note says."""
    if floor.rate or floor == NO_FLOOR:
        return f"{AT_FLOOR}, {floor.brief}: {beyond(floor)}"
    return f"{AT_FLOOR} of {floor.events} background events: {beyond(floor)}"


def _about(events: EventSet, curves: Sequence[LearningCurve]) -> str:
    sample = events.sample
    text = (
        "The columns are the numbers of events that a model was really fitted on; all were scored "
        f"on the same {sample.signal} signal and {sample.background} background events."
    )
    every = [setting for curve in curves for setting in curve.points.values()]
    if any(len(setting.runs) > 1 for setting in every):
        text += (
            " Where there are several seeds, the figure has their median with the 16 to 84 % band, "
            "and the tables have the run of median AUC with the 95 % interval that its events give."
        )
    if any(len(setting.runs) == 1 for setting in every):
        text += " One seed alone is a marker with that interval."
    return (
        f"{text} An open marker is a max SIC that stands at its floor in one seed at least. "
        "The next section has the fits on most events alone of each of these models; every run is "
        "in the table of all runs."
    )


def _missing(runs: Sequence[Run], events: EventSet) -> list[str]:
    absent = [
        f"{run.record.learner} on {train_size(run.record)} events, seed {run.record.seed} "
        f"({run.record.status if run.record.status != 'ok' else 'no AUC that can be read'})"
        for run in missing(runs, events)
    ]
    return [f"Left out: {'; '.join(absent)}."] if absent else []
