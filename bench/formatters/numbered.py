"""Objects that are called by a number: `jet 1`, `jets[0]`, `J2`, `rank=1`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.formatters.units import PATTERN

if TYPE_CHECKING:
    from bench.api.asking import Span

COUNTS = r"(?:rank|index|idx|number|no\.?|nr\.?|id)"
"""What a number that tells objects apart is called."""

SEVERAL = re.compile(r"[a-z]{2}s\W*[0-9]$", re.IGNORECASE)
OTHER = re.compile(r"\s?(?:and|&|,|/|\+)\s?([0-9])(?![0-9.])", re.IGNORECASE)
"""The second one of `jets 1 and 2`."""


@dataclass(frozen=True)
class Numbered:
    """The objects of a vocabulary that have words with a number."""

    names: tuple[str, ...]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, objects: Sequence[tuple[str, Sequence[str]]]) -> Numbered:
        """As the words of the objects are: `jet 1` and `j1` are the first of `jet` and of `j`."""
        stems: dict[str, None] = {}
        names = []
        for place, (name, words) in enumerate(objects, 1):
            own = [m[1] for word in words if (m := re.fullmatch(rf"([a-z]+) ?{place}", word, re.I))]
            stems |= dict.fromkeys(word.casefold() for word in own)
            names += [name] if own else []
        long = "|".join(re.escape(stem) + "s?" for stem in stems if len(stem) > 1) or "(?!)"
        short = "|".join(re.escape(stem) for stem in stems if len(stem) == 1) or "(?!)"
        mark = rf"(?:\s*[({{,]?\s*[\"']?{COUNTS}|[_ ]?{COUNTS})\s*[\"']?\s*[=:#]?\s*[\"']?"
        return cls(
            tuple(names),
            re.compile(
                rf"(?<![^\W_])(?:(?:{long})(?:{mark}|[ \t_#.\-]{{0,2}}"
                rf"|[\"']?\s?[=:]\s?[\"']?(?=[0-9][\"',;\s)}}]))"
                rf"|(?:{short})_?|(?:rank|index|idx|instance)[\"']?\s?[=:]\s?[\"']?)"
                rf"(?P<place>[0-9])(?![0-9%])(?![.,][0-9])(?!\s?(?:{PATTERN})|-[a-z])"
                rf"|(?<!event )(?<!evt )(?<!run )(?<![\w&])\#\s?(?P<hash>[0-9])(?![0-9.%])"
                rf"|(?<![^\W_])(?:{long}|{short})\s?[\[(]\s?(?P<bracket>[0-9])\s?[\])]",
                re.IGNORECASE,
            ),
        )

    def find(self, text: str) -> Iterator[tuple[Span, str]]:
        """Where an object is called by its number, and which; counted from 0 where one is 0."""
        matches = list(self.pattern.finditer(text))
        hashed = {m["hash"] for m in matches if m["hash"]}
        if len(hashed) == 1:
            matches = [m for m in matches if not m["hash"]]
        plain = {int(m["place"] or m["hash"]) for m in matches if m["place"] or m["hash"]}
        bracketed = {int(m["bracket"]) for m in matches if m["bracket"]}
        zero = 0 in plain or 0 in bracketed
        one = 1 if (plain and not zero) or len(self.names) in bracketed or 2 in bracketed else 0
        for match in matches:
            said = match["place"] or match["hash"] or match["bracket"]
            first = 0 if zero else one if match["bracket"] else 1
            at = int(said) - first
            if 0 <= at < len(self.names):
                yield match.span(), self.names[at]
                other = OTHER.match(text, match.end()) if SEVERAL.search(match[0]) else None
                if other and 0 <= int(other[1]) - first < len(self.names):
                    yield other.span(1), self.names[int(other[1]) - first]
