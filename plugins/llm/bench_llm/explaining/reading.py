"""The claims of an explanation, read back out of its text; what cannot be read is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import bench
from bench_llm.explaining.words import (
    FORMS,
    GEV,
    OF_OBJECTS,
    SIDES,
    TEV,
    Form,
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
AGAINST_IT = "against"


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

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What may be said."""
        return Vocabulary(self.columns)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Form]]:
        """What each form looks like."""
        units = {unit for column in self.columns if (unit := unit_said(column))}
        units |= {TEV, GEV}
        unit = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
        value = rf"(?P<value>{NUMBER})(?: (?P<unit>{unit})\b)?"
        made = []
        for form in (*OF_OBJECTS, *FORMS):
            if not (subjects := self._subjects(form)):
                continue
            subject = "|".join(map(re.escape, sorted(subjects, key=len, reverse=True)))
            adjectives = "|".join((*form.high, *form.low))
            words = {"s": f"(?P<s>{subject})", "a": rf"(?P<a>{adjectives})\b", "v": value}
            pieces = re.split(r"\{([sav])\}", form.template)
            pattern = "".join(
                words[piece] if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)
            )
            made.append((re.compile(rf"(?<!\w){pattern}", re.IGNORECASE), form))
        return made

    def _subjects(self, form: Form) -> dict[str, str]:
        """What may stand for the subject of a form, each with the feature that it means."""
        if not form.quantity:
            return self.vocabulary.names
        of = self.vocabulary.objects
        return {
            name: column for (quantity, name), column in of.items() if quantity == form.quantity
        }

    def _pieces(
        self, text: str
    ) -> list[tuple[int, int, bench.Claim | tuple[re.Pattern[str], str]]]:
        """Claims and what they speak for, where they stand, the first and the longest first."""
        pieces: list[tuple[int, int, bench.Claim | tuple[re.Pattern[str], str]]] = []
        for pattern, form in self._patterns:
            for match in pattern.finditer(text):
                pieces.append((*match.span(), self._claim(match, form)))
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

    def _claim(self, match: re.Match[str], form: Form) -> bench.Claim:
        names = self._subjects(form)
        lower = {name.lower(): column for name, column in names.items()}
        subject = match["s"]
        return bench.Claim(
            column=names.get(subject) or lower[subject.lower()],
            quoted=match["value"].replace("\u2212", "-"),
            unit=match["unit"] or "",
            high=match["a"].lower() in form.high,
        )
