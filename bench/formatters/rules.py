"""The reader by rules, as a part; the rules are loaded when it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.asking import Formatter, Reading

if TYPE_CHECKING:
    from bench.api.asking import Passage
    from bench.api.context import Context


@dataclass(frozen=True)
class Rules(Formatter):
    """By the words of the vocabulary and the order of a text; no model, and no training."""

    name = "rules"

    def read(self, passage: Passage, context: Context) -> Sequence[Reading]:
        """What stands in tables, then what is said between them."""
        from bench.formatters.reading import read

        return read(passage)
