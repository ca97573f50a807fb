"""Events in anyone's words, and the parts that read them: formatters."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.parts import Part
from bench.api.vocabulary import Vocabulary

if TYPE_CHECKING:
    from bench.api.context import Context

Span = tuple[int, int]
"""Where something stands in a text: its first character, and the one behind its last."""


@dataclass(frozen=True)
class Number:
    """A number that stands in a text, and the unit behind it."""

    span: Span
    value: float
    unit: Span | None = None
    step: float = 0.0
    """One unit in its last digit: `1.40` has 0.01."""
    candidates: frozenset[str] = frozenset()
    """The quantities that it can be by its unit."""


@dataclass(frozen=True)
class Reading:
    """That the number at a span is the value of a quantity; checked by the bench."""

    quantity: str
    span: Span
    unit: Span | None = None
    """Of a unit elsewhere, such as in a table's head; else it is the one behind the number."""
    words: Span | None = None
    """What called it so."""
    event: int = 0
    """Which event of the text it is of."""
    probability: float | None = None
    """That it is so, by a formatter that says how sure it is."""


@dataclass(frozen=True)
class Passage:
    """A text, and what is known of it before anyone makes sense of it."""

    text: str
    numbers: tuple[Number, ...]
    """Every number that can be a value, in their order."""
    vocabulary: Vocabulary
    known: tuple[Reading, ...] = ()
    """What others have read already; their numbers and quantities are to be left alone."""


class Formatter(Part):
    """Makes sense of an event in anyone's words: which number of the text is which quantity."""

    @abstractmethod
    def read(self, passage: Passage, context: Context) -> Sequence[Reading]:
        """What the text says, in any order; nothing where it says nothing of an event."""
