"""The claims of an explanation, read back out of its text; what cannot be read is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import bench
from bench_llm.explaining.words import (
    GEV,
    IN_WORDS,
    OF_EVENT,
    OF_OBJECT,
    SIDES,
    TEV,
    Vocabulary,
    unit_said,
)

NUMBER = r"[-+\u2212]?\d+(?:\.\d+)?(?![\d.]*\d)"
SIDE = rf"(?P<side>{'|'.join(SIDES)})"
BEFORE = re.compile(rf"\b(?:for|like|what points to) {SIDE}:", re.IGNORECASE)
BEHIND = re.compile(rf"\b(?:speaks? for|points? to) {SIDE}\b", re.IGNORECASE)
AGAINST = re.compile(r"\bagainst it:", re.IGNORECASE)
BREAK = re.compile(r";")
"""What stands behind it is said by itself."""
BETWEEN = re.compile(r"(?:[\s,.]|\band\b|\bbut\b)+")
"""What may stand between claims and say nothing."""
LEADING = re.compile(
    r"(?:[\s,;:.]|\band\b|\bbut\b|\bagainst it\b"
    rf"|\b(?:for|like|what points to) (?:{'|'.join(SIDES)})\b)+$",
    re.IGNORECASE,
)
"""What leads to a claim that is cut off."""
AGAINST_IT = "against"
FORMS = (*OF_OBJECT, *IN_WORDS, *OF_EVENT)


@dataclass(frozen=True, eq=False)
class ClaimReader:
    """Reads claims about these features."""

    columns: Sequence[bench.Column]

    def read(self, text: str) -> tuple[tuple[bench.Claim, ...], str]:
        """The claims of a text in order, and those of its pieces that could not be read."""
        claims: list[bench.Claim] = []
        unread: list[str] = []
        group, side, place = 0, "", 0  # where the claims of the present group begin
        for start, end, made in self._pieces(text):
            unread.append(text[place:start])
            place = end
            if isinstance(made, bench.Claim):
                claims.append(replace(made, side=side))
            elif made[0] is BEHIND:
                claims[group:] = [replace(claim, side=made[1]) for claim in claims[group:]]
                group, side = len(claims), ""
            else:
                group, side = len(claims), made[1]
        unread.append(text[place:])
        main = next((c.side for c in claims if c.side in SIDES), "")
        other = SIDES[1 - SIDES.index(main)] if main else ""
        resolved = [replace(c, side=other) if c.side == AGAINST_IT else c for c in claims]
        rest = (BETWEEN.sub(" ", piece).strip() for piece in unread)
        return tuple(resolved), " … ".join(piece for piece in rest if piece)

    def once(self, text: str) -> str:
        """A text up to where it begins to say again what it has said of a feature."""
        named: set[str] = set()
        place = 0
        for start, end, made in self._pieces(text):
            if isinstance(made, bench.Claim):
                if made.column in named:
                    return text[:place] + LEADING.sub("", text[place:start])
                named.add(made.column)
            if isinstance(made, bench.Claim) or made[0] is BEHIND:
                place = end
        return text

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What may be said."""
        return Vocabulary(self.columns)

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        """What each form looks like."""
        units = {unit for column in self.columns if (unit := unit_said(column))} | {TEV, GEV}
        short = self.vocabulary.short
        words = {
            "v": rf"(?P<value>{NUMBER})(?: (?P<unit>{_any(units)})\b)?",
            "s": f"(?P<s>{_any(self.vocabulary.phrases)})",
            "o": f"(?P<o>{_any(thing for _, thing in short if thing)})",
        }
        every = {word for form in FORMS for word in (*form.high, *form.low)}
        made = []
        for form in FORMS:
            names = {name for name, thing in short if bool(thing) == ("{o}" in form.template)}
            names = set(self.vocabulary.short_names.values()) if "{s}" in form.template else names
            names = {form.quantity} & names if form.quantity else names
            behind = form.template.index("{q}") < form.template.index("{a}")
            adjectives = every if behind else {*form.high, *form.low}
            more = {"q": f"(?P<q>{_any(names)})", "a": rf"(?P<a>{_any(adjectives)})\b"}
            pieces = re.split(r"\{([oqsav])\}", form.template)
            pattern = "".join(
                (words | more)[piece] if i % 2 else re.escape(piece)
                for i, piece in enumerate(pieces)
            )
            made.append(re.compile(rf"(?<!\w){pattern}", re.IGNORECASE))
        return made

    def _pieces(
        self, text: str
    ) -> list[tuple[int, int, bench.Claim | tuple[re.Pattern[str], str]]]:
        """Claims and what they speak for, where they stand, the first and the longest first."""
        pieces: list[tuple[int, int, bench.Claim | tuple[re.Pattern[str], str]]] = []
        for pattern in self._patterns:
            for match in pattern.finditer(text):
                if claim := self._claim(match):
                    pieces.append((*match.span(), claim))
        for marker in (BEFORE, BEHIND):
            for match in marker.finditer(text):
                pieces.append((*match.span(), (marker, match["side"].lower())))
        for marker, side in ((AGAINST, AGAINST_IT), (BREAK, "")):
            pieces += [(*match.span(), (marker, side)) for match in marker.finditer(text)]
        pieces.sort(key=lambda piece: (piece[0], -piece[1]))
        apart, place = [], 0
        for piece in pieces:
            if piece[0] >= place:
                apart.append(piece)
                place = piece[1]
        return apart

    def _claim(self, match: re.Match[str]) -> bench.Claim | None:
        """What a match says; None where its words and its short name mean two things.

        Behind a number high or low may be any words that go with the feature: `m=94 GeV is light`.
        """
        words = match.groupdict()
        short = {f"{name}\n{thing}": of for (name, thing), of in self.vocabulary.short.items()}
        column = _named(short, f"{words['q']}\n{words.get('o') or ''}")
        if phrase := words.get("s"):
            column = _named(self.vocabulary.phrases, phrase)
            name = self.vocabulary.short_names.get(column or "", "")
            column = column if name.lower() == words["q"].lower() else None
        said, fitting = words["a"].lower(), [f for f in FORMS if f.quantity in ("", words["q"])]
        high = any(said in form.high for form in fitting)
        if column is None or not (high or any(said in form.low for form in fitting)):
            return None
        return bench.Claim(
            column=column,
            quoted=words["value"].replace("\u2212", "-"),
            unit=words["unit"] or "",
            high=high,
        )


def _any(words: Iterable[str]) -> str:
    """One of these words, the longest that is there; nothing where there are none."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, ordered)) or r"(?!)"


def _named(known: Mapping[str, str], name: str) -> str | None:
    """What is called so, in these letters or in others' case."""
    if name in known:
        return known[name]
    return {word.lower(): of for word, of in known.items()}.get(name.lower())
