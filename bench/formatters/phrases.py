"""What is said without a number: `no second jet`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.api.asking import Span
    from bench.api.vocabulary import Vocabulary


def phrases_in(
    text: str, vocabulary: Vocabulary, *, every: bool = False
) -> Iterator[tuple[str, float, Span]]:
    """Quantity and value of the phrases that stand in a text, and where; once each, or `every`."""
    for quantity in vocabulary.quantities:
        for value in dict.fromkeys(quantity.phrases.values()):
            words = tuple(w for w, each in quantity.phrases.items() if each == value)
            for match in _pattern(words).finditer(text):
                yield quantity.name, value, match.span()
                if not every:
                    break


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(phrases, key=len, reverse=True)
    body = "|".join(r"[\s_]+".join(map(re.escape, phrase.split())) for phrase in longest)
    return re.compile(rf"(?<![^\W_])(?<![0-9][.,])(?:{body})(?![^\W_])", re.IGNORECASE)
