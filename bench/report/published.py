"""Figures of others beside the runs of the same protocol: marked, and never in a test."""

from __future__ import annotations

from math import inf

from bench.metrics.floors import USUAL, Floor
from bench.metrics.format import DASH, number
from bench.report.blocks import Cell
from bench.report.event_sets import EventSet, Setting
from bench.storage.protocol import Protocol, PublishedFigure

BEGIN = "published, other events"
"""What a row begins with that is none of the bench's."""
ROUNDING = 1e-9


def common_protocol(events: EventSet) -> Protocol | None:
    """The protocol of all runs on these events; None where one has another or none, or is quick."""
    records = [run.record for setting in events.settings for run in setting.runs]
    first = records[0].protocol
    same = all(r.protocol and first and r.protocol.name == first.name for r in records)
    return first if same and not any(record.quick for record in records) else None


def published_rows(events: EventSet, figures: tuple[str, ...], width: int) -> list[list[Cell]]:
    """A row for each published figure of the protocol of these runs, under the headings of theirs.

    Args:
        events: on which they are.
        figures: the estimates that have a column, the first one after that of the names.
        width: of the table; what is left over are dashes.
    """
    protocol = common_protocol(events)
    if protocol is None:
        return []
    rows = []
    for one in protocol.published:
        if one.figure == "max_sic" and events.floor != _floor(protocol):
            continue  # another floor is another figure
        name = Cell(f"{BEGIN}: {one.who}", note=_about(one, protocol), marked=True)
        cells = [_cell(one, figure, events) for figure in figures]
        rows.append([name, *cells, *[Cell(DASH)] * (width - 1 - len(cells))])
    return rows


def hidden(events: EventSet) -> str:
    """That published maxima of the protocol stand under another floor; empty where none does."""
    protocol = common_protocol(events)
    if protocol is None or events.floor == _floor(protocol):
        return ""
    count = sum(one.figure == "max_sic" for one in protocol.published)
    if not count:
        return ""
    return (
        f"{count} published maxima of protocol {protocol.name} are left out: they stand under "
        f"another floor, {_floor(protocol).brief}."
    )


def over_the_most(setting: Setting, floor: Floor) -> str:
    """That a run's own maximum is above what its floor can show; empty if it is not."""
    import numpy as np

    estimate = setting.middle.metrics().estimates.get("max_sic")
    if estimate is None or estimate.value is None:
        return ""
    scored = setting.middle.scored()
    weights = np.sort(scored.weights[scored.y == 0])  # the lightest events make the largest SIC
    most = 1 / max(floor.rate, float(weights[: floor.events].sum() / weights.sum())) ** 0.5
    if estimate.value <= most * (1 + ROUNDING):
        return ""
    return f"cannot be: the most that {floor.brief} can show of these events is {number(most)}"


def _floor(protocol: Protocol) -> Floor:
    return Floor.read(protocol.floor) if protocol.floor else USUAL


def _about(one: PublishedFigure, protocol: Protocol) -> str:
    said = f"{one.figure.replace('_', ' ').replace('sic', 'SIC')} {one.value:g}: {one.conditions}"
    read_off = "; read off a figure" if one.read_off else ""
    source = f"{one.source or protocol.source} ({one.date or protocol.date})"
    return f"{said}{read_off}; {source}; protocol {protocol.name}, never ranked or tested here"


def _cell(one: PublishedFigure, figure: str, events: EventSet) -> Cell:
    """The figure without an interval, as none was published; flagged where it cannot be."""
    if one.figure != figure:
        return Cell(DASH)
    return Cell(number(one.value), one.value, note=_flag(one, events), marked=True)


def _flag(one: PublishedFigure, events: EventSet) -> str:
    """What is wrong with a maximum: no such value under its floor, or none of so few events."""
    if one.figure != "max_sic":
        return ""
    floor, background = events.floor, events.sample.background
    own = floor.ceiling(one.background or inf, one.efficiency or 1.0)
    if one.value > own * (1 + ROUNDING):
        at = f" at ε_S {one.efficiency:g}" if one.efficiency else ""
        of = f" of {one.background} background events" if one.background else ""
        return f"cannot be: the most that {floor.brief} can show{of}{at} is {number(own)}"
    here = floor.ceiling(background)
    if one.value > here * (1 + ROUNDING):
        of = f"of the {background} background events of this sample"
        return f"out of reach here: the most that {floor.brief} can show {of} is {number(here)}"
    return ""
