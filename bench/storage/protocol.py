"""A protocol: what a published figure was measured under, so that another can be beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PublishedFigure:
    """A figure that somebody printed, with all that is known of how it came about."""

    who: str
    """Which classifier, and of whom."""
    figure: str
    """The name of the estimate, such as `auc` or `max_sic`; or words, for what the bench has not
    got."""
    value: float
    """As it was printed, or read off a figure."""
    conditions: str
    """What it was measured on, in words."""
    source: str = ""
    """Where it stands, if not in the source of its protocol."""
    date: str = ""
    """When that was published, if not with the source of its protocol."""
    background: int | None = None
    """Background events that it was measured on; None where nobody knows."""
    efficiency: float | None = None
    """The signal efficiency that a maximum stands at; None where nobody knows."""
    read_off: bool = False
    """Whether it was read off a figure."""


@dataclass(frozen=True)
class Protocol:
    """What is set under one name; what its source does not say is left to the user."""

    name: str
    """By which it is asked for."""
    title: str
    """In a few words."""
    dataset: str
    """The one that it is of."""
    source: str
    """Who set it, and where it is described."""
    date: str
    """When that was published, a year at least."""
    region: str = ""
    """The part of the events that counts, as `--region` takes it; empty for all of them."""
    floor: str = ""
    """Of the maximum SIC; empty where the source has none to say."""
    seeds: int | None = None
    """Fits of one model."""
    ratio: str | None = None
    """Class ratio to evaluate at."""
    events: int | None = None
    """Events to evaluate on."""
    notes: str = ""
    """What else is to be known of it."""
    published: list[PublishedFigure] = field(default_factory=list)
    """The figures that stand under it."""

    def sets(self) -> dict[str, Any]:
        """What it sets of a request, by field."""
        return {name: getattr(self, name) for name in SET if getattr(self, name)}


SET = ("region", "ratio", "events")
"""Fields of a request that a protocol may set."""
