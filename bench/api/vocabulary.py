"""The words for all that may be said of an event, and what follows from what is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.api.table import EVENT, Column


@dataclass(frozen=True)
class Quantity:
    """What a number of a text may be: a column, or something that columns follow from."""

    name: str
    unit: str
    """As a column's; what is said in another unit of its kind is converted."""
    object: str = EVENT
    words: tuple[str, ...] = ()
    """What people call it, without its object: `pT`, `transverse momentum`; case plays no part."""
    phrases: Mapping[str, float] = field(default_factory=dict)
    """What says its value without a number: `no second jet`."""
    period: float | None = None
    """Of an angle, which is taken to lie within half of it on either side of 0."""


@dataclass(frozen=True)
class Vocabulary:
    """All that may be said of an event, and what its objects are called."""

    quantities: tuple[Quantity, ...]
    objects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The words for each object, in the objects' order: `leading jet`, `jet 1`, `j1`."""
    plural: tuple[str, ...] = ()
    """Words for the objects together: `jets`."""
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """A word that announces several numbers, `four-momentum`: their words, in their order."""

    @classmethod
    def of(cls, columns: Sequence[Column]) -> Vocabulary:
        """The columns by their own names, and by their objects with quantities."""
        names = dict.fromkeys(c.object for c in columns if c.object != EVENT)
        quantities = (Quantity(c.name, c.unit, c.object, _words(c)) for c in columns)
        return cls(tuple(quantities), {name: (name,) for name in names})


def _words(column: Column) -> tuple[str, ...]:
    return (column.quantity,) if column.quantity and column.object != EVENT else (column.name,)


@dataclass(frozen=True)
class Derived:
    """What follows from values by an exact rule."""

    name: str
    """Of a quantity or a column."""
    value: float
    """In its unit; NaN where the values contradict each other, as the rule then says."""
    rule: str
    mistaken: bool = False
    """It is not the quantity, but what some take for it."""
