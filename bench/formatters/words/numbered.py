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

WORD = re.compile(r"[^\W\d]\s?$")
"""A word before `index=0` that says of what it is, such as `vertex`."""
OTHER_KIND = re.compile(r"[^\W\d_]-")
"""Before `jet 0` in a count of other ones, `b-jet 0`, if some are called without such a word."""
SEVERAL = re.compile(r"[a-z]{2}s\W*[0-9]$", re.IGNORECASE)
SECOND = r"\s?(?:and|&|,|/|\+)\s?([0-9])(?![0-9.])"
OTHER = re.compile(SECOND, re.IGNORECASE)
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
        one = "|".join(re.escape(stem) for stem in stems if len(stem) > 1) or "(?!)"
        long = rf"(?:{one})s?"
        short = "|".join(re.escape(stem) for stem in stems if len(stem) == 1) or "(?!)"
        key = rf"(?:\s{{0,40}}[({{,]?\s{{0,40}}[\"']?{COUNTS}|[_ ]?{COUNTS})"
        mark = rf"{key}\s*[\"']?\s*[=:#]?\s*[\"']?"
        return cls(
            tuple(names),
            re.compile(
                rf"(?<![^\W_])(?:(?P<called>(?:{one})(?:{mark}|[ \t_#.\-]{{0,2}})"
                rf"|(?:{one})s(?:[_#.]{{1,2}}|[ \t]#?(?=[0-9]{SECOND}))|(?:{short})_?)"
                rf"|(?P<keyed>(?<![\w-])(?:{one})[\"']?\s?[=:]\s?[\"']?(?=[0-9][\"',;\s)}}])"
                rf"|(?<![\w(\-])(?:{one})s:\s?(?=1\)\s))"
                rf"|(?P<bare>(?:rank|index|idx|instance)[\"']?\s?[=:]\s?[\"']?))"
                rf"(?P<place>[0-9])(?![0-9%])(?![.,][0-9])(?!\s?(?:{PATTERN})|-[a-z])"
                rf"|(?<!event )(?<!evt )(?<!run )(?<![\w&])\#\s?(?P<hash>[0-9])(?![0-9.%])"
                rf"|(?<![^\W_])(?:{long}|{short})\s?[\[(]\s?(?P<bracket>[0-9])\s?[\])]",
                re.IGNORECASE,
            ),
        )

    def find(self, text: str) -> Iterator[tuple[Span, str]]:
        """Where an object is called by its number, and which; counted from 0 where one is 0."""
        matches = _sure(text, list(self.pattern.finditer(text)))
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


def _sure(text: str, matches: list[re.Match[str]]) -> list[re.Match[str]]:
    """The matches without counts of objects, `b-jet: 0`, and numbers of what else has a rank.

    A key, `jet: 0`, or a bare `rank=0`, counts where no object is called by its number beside it;
    a bare one where it stands alone, or where several count up.
    """
    near = ((m, text[max(0, m.start() - 2) : m.start()]) for m in matches)
    matches = [m for m, before in near if not OTHER_KIND.fullmatch(before)] or matches
    hashed = {m["hash"] for m in matches if m["hash"]}
    matches = [m for m in matches if not m["hash"] or len(hashed) > 1]
    if any(m["called"] or m["hash"] or m["bracket"] for m in matches):
        return [m for m in matches if not m["keyed"] and not m["bare"]]
    bare = {m["place"] for m in matches if m["bare"]}
    own = [
        m
        for m in matches
        if not m["bare"] or not WORD.search(text[max(0, m.start() - 2) : m.start()])
    ]
    counts = len(bare) > 1 and ({"0", "1"} <= bare or {"1", "2"} <= bare)
    return own if counts or len(bare) < 2 else [m for m in own if not m["bare"]]
