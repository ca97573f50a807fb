"""`bench list protocols`, and one of them by its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.metrics.floors import Floor
from bench.plugins.protocols import protocols_of
from bench.storage.typed import typed

if TYPE_CHECKING:
    from bench.plugins.registry import Registry
    from bench.storage.protocol import Protocol, PublishedFigure

PROTOCOLS = "protocols"


def rows_of_protocols(registry: Registry) -> Iterator[tuple[str, ...]]:
    """A row for each: name, dataset, what it sets, who set it."""
    for one in protocols_of(registry).values():
        yield one.name, one.dataset, "; ".join(_sets(one)), one.title, one.source


def described_protocol(protocol: Protocol) -> Iterator[str]:
    """What it sets, where it is from, and the figures that were published under it."""
    yield f"protocol {protocol.name} of {protocol.dataset}: {protocol.title}"
    yield f"  sets {'; '.join(_sets(protocol))}"
    yield f"  source {protocol.source} ({protocol.date})"
    if protocol.notes:
        yield f"  {protocol.notes}"
    floor = Floor.read(protocol.floor) if protocol.floor else None
    if floor and floor.rate:
        yield f"  no max SIC under it can be above {floor.ceiling():.3g} ({floor.brief})"
    for one in protocol.published:
        yield f"  published {' '.join(_figure(one))}"
    words = ("bench", "run", "--plugin", "gbt", "--dataset", protocol.dataset)
    yield f"  such as {typed(*words, '--protocol', protocol.name)}"


def _sets(protocol: Protocol) -> Iterator[str]:
    if protocol.region:
        yield f"region {protocol.region}"
    if protocol.floor:
        yield f"floor {protocol.floor}"
    if protocol.seeds:
        yield f"{protocol.seeds} seeds"
    for name in ("ratio", "events"):
        if value := getattr(protocol, name):
            yield f"{name} {value}"


def _figure(one: PublishedFigure) -> Iterator[str]:
    yield f"{one.who}: {one.figure.replace('_', ' ')} {one.value:g}"
    yield f"({one.conditions}{'; read off a figure' if one.read_off else ''})"
