"""What is said without a number: `no second jet`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.api.asking import Span
    from bench.api.vocabulary import Vocabulary

PARTLY = re.compile(
    r"\s+(?:(?:is|are|was|were)\s+(?!(?:there|found|here|present|reconstructed|seen|observed"
    r"|recorded|in|left)\b)|(?:has|had|have|having|passes|passed|pass|passing|fulfils|satisfies"
    r"|above|below|over|under|within|inside|outside|beyond|that|which|whose|near|survives"
    r"|events|triggers?|triggered|streams?|samples?|datasets?|rates?|tags?|tagged|taggers?|selections?"
    r"|calibration|measurements?|background|cross|efficiency|mass|masses|energy|energies|resolution"
    r"|substructure|candidates?|with\s[^.;\n]{0,30}(?:[<>≤≥]|above|below|over|under|than|least|most"
    r"|tag))\b|[<>≤≥])|-(?:trigger|tagg?|jet\s+trigger)",
    re.IGNORECASE,
)
"""Behind a phrase that is said of a part of what there is: `only one jet is b-tagged`."""
DENIED = re.compile(
    r"\b(?:not|never|than|at\s+least|each|every|any|per|if|unless|whether|expect(?:ed)?|require[sd]?"
    r"|isn't|wasn't|[nd]o(?:es)?n't\s+have)\s+(?:(?:just|only|an?|the|one)\s+)*$",
    re.IGNORECASE,
)
"""Before a phrase that is not said of the event."""


def phrases_in(
    text: str, vocabulary: Vocabulary, *, every: bool = False
) -> Iterator[tuple[str, float, Span]]:
    """Quantity and value of the phrases that stand in a text, and where; once each, or `every`.

    None that is denied, or said of some of several things: `the only one jet above 1 TeV`.
    """
    for quantity in vocabulary.quantities:
        for value in dict.fromkeys(quantity.phrases.values()):
            words = tuple(w for w, each in quantity.phrases.items() if each == value)
            for match in _pattern(words).finditer(text):
                if not value and PARTLY.match(text, match.end()):
                    continue
                if DENIED.search(text[max(0, match.start() - 40) : match.start()]):
                    continue
                yield quantity.name, value, match.span()
                if not every:
                    break


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(phrases, key=len, reverse=True)
    body = "|".join(r"[\s_]+".join(map(re.escape, phrase.split())) for phrase in longest)
    return re.compile(rf"(?<![^\W_])(?<![0-9][.,])(?:{body})(?![^\W_])", re.IGNORECASE)
