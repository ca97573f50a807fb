"""Figures of others beside the runs of the same protocol: marked, and never in a test."""

from __future__ import annotations

from bench.api.scores import Estimate
from bench.metrics.floors import USUAL, Floor
from bench.metrics.format import DASH, number
from bench.report.blocks import Cell
from bench.report.event_sets import EventSet
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


def beyond(value: float, floor: Floor, background: float, efficiency: float = 1.0) -> str:
    """That a maximum is above what its floor can show of so much background; empty if it is not."""
    most = floor.ceiling(background, efficiency)
    if value <= most * (1 + ROUNDING):
        return ""
    at = "" if efficiency == 1 else f" at ε_S {efficiency:g}"
    return f"above {number(most)}, the most that {floor.brief} of {background:,.0f} can show{at}"


def over_the_most(estimate: Estimate | None, events: EventSet) -> str:
    """The same of a run's own maximum."""
    if estimate is None or estimate.value is None:
        return ""
    return beyond(estimate.value, events.floor, events.sample.background)


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
    own = beyond(one.value, events.floor, one.background or float("inf"), one.efficiency or 1.0)
    if own:
        return f"cannot be: {own} background events of its own"
    here = beyond(one.value, events.floor, events.sample.background)
    return (
        f"out of reach here: {here} background events, as many as this sample has" if here else ""
    )
