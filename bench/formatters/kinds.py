"""The kinds of pieces that a text about an event consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.api.asking import Number, Span

QUANTITY, OBJECT, PLURAL, ORDER, NUMBER, UNIT, WHOLE, BREAK, LOST = (
    *("quantity", "object", "plural", "order", "number", "unit", "whole", "break", "lost"),
)


@dataclass(frozen=True)
class Token:
    """A piece of a text that means something."""

    kind: str
    span: Span
    names: tuple[str, ...] = ()
    """The quantities that a word may mean; of an order the words of its numbers."""
    object: str | None = None
    number: Number | None = None
    weak: bool = False
    """A single letter, or a word that may mean something else."""
