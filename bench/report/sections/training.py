"""Over the training: a fit at each of its looks at the valid split that was scored."""

from __future__ import annotations

from collections.abc import Sequence

from bench.metrics.floors import sic_title
from bench.report.blocks import (
    Block,
    Cell,
    Heading,
    Picture,
    TableBlock,
    Text,
    counted,
    estimated,
    plain,
    valued,
)
from bench.report.event_sets import EventSet
from bench.report.sections.guarded import marked
from bench.report.sections.learning import FIGURES
from bench.report.training import Look, Trained

HEADINGS = ("model", "look", "events seen", "AUC on valid", "AUC")
"""And the maximum SIC, under the floor of the events."""


def training_section(
    events: EventSet, trainings: Sequence[Trained], pictures: Sequence[Picture]
) -> list[Block]:
    """The figure, a row for each look, and who chose among them; nothing without a training."""
    if not trainings:
        return []
    rows = [_row(one, look) for one in trainings for look in one.looks]
    return [
        Heading(f"Over the training: {events.title}", brief=f"training, {events.brief}"),
        *pictures,
        TableBlock(f"training-{events.slug}", [*HEADINGS, sic_title(events.floor)], rows),
        Text(_about(events)),
    ]


def _row(one: Trained, look: Look) -> list[Cell]:
    estimates = look.run.metrics().estimates
    return [
        marked(one.title, [look.run.record]),
        Cell(f"look {look.number}{' (best)' if look.best else ''}", float(look.number)),
        plain("") if look.events is None else counted(look.events),
        valued(look.valid_auc),
        *(estimated(estimates.get(name)) for name in FIGURES),
    ]


def _about(events: EventSet) -> str:
    sample = events.sample
    return (
        "Each line is one fit with one seed, scored with its weights as they were at looks at the "
        f"valid split, on the same {sample.signal} signal and {sample.background} background "
        "events; bars are the 95 % intervals that these events give. The look marked best, a star "
        "in the figure, has the best AUC on the valid split, and was chosen there; nobody chose "
        "one on the events shown here. Where it was scored, it alone of these looks is in the next "
        "section; every run is in the table of all runs."
    )
