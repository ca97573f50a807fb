"""The tokens that a text about an event consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.api.asking import Number, Span

QUANTITY = "quantity"
"""A word for a quantity, with its object where both are one: `pT`, `j1_pt`."""
OBJECT = "object"
"""A word for an object: `leading jet`, `jet 2`."""
PLURAL = "plural"
"""A word for several objects: `two jets`, `their`."""
ORDER = "order"
"""A word for an order of numbers: `four-momentum`."""
NUMBER = "number"
UNIT = "unit"
"""A unit that stands behind no number."""
WHOLE = "whole"
"""A word for the event as a whole: `in total`."""
BREAK = "break"
"""What ends a sentence, a line or a paragraph, or parts what is in braces."""
LOST = "lost"
"""A number that cannot be a value, such as a bound."""


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
