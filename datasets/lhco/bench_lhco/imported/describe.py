"""The card of an import, from what the user says of it and from what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bench import Import, RequestError
from bench_lhco.cards import Card, ColumnCard, FileCard, LabelCard, LayoutCard
from bench_lhco.cards.card import NAME
from bench_lhco.imported.convert import Made
from bench_lhco.imported.momenta import JETS, MASS

GEV = {name: "momentum of a jet" for names in JETS for name in names[:3]}
GEV |= {names[3]: "mass of a jet" for names in JETS}
GEV[MASS] = "invariant mass of the two jets together, |p1 + p2|"
"""The meaning of the features whose unit is known: GeV."""
LAYOUTS = {
    "events": LayoutCard(
        "particles",
        "700 times pt [GeV], eta, phi [rad] of massless particles, zero-padded, then the label",
        2101,
    ),
    "features": LayoutCard("features", "the columns of this card, then the label"),
}
"""By the role of the file that was made."""


def card_of(wanted: Import, made: Made, digest: str, originals: Sequence[tuple[Path, str]]) -> Card:
    """The card of an imported dataset.

    Args:
        wanted: what the user says of it.
        made: what came of it.
        digest: the sha256 of the file that was made.
        originals: the files that it was made from, each with its sha256.

    Raises:
        RequestError: a meaning for a label that there is not.
    """
    files = [FileCard("original", file.name, sha256=sha256) for file, sha256 in originals]
    return Card(
        name=wanted.name,
        title=wanted.title or f"Events of {wanted.file.name}",
        source=wanted.source,
        licence=wanted.licence,
        notes=_notes(made),
        layout=LAYOUTS[made.role],
        labels=_labels(wanted.label_meanings, made),
        files=(*files, FileCard(made.role, made.file.name, sha256=digest)),
        columns={name: _column(name) for name in made.columns},
    )


def _notes(made: Made) -> tuple[str, ...]:
    """What was done to the events on the way."""
    tally, notes = made.tally, list(made.notes)
    if tally.skipped:
        notes.append(f"{tally.skipped} invalid events are left out")
    if tally.dropped:
        room = "an event has room for its 700 hardest"
        notes.append(f"{tally.dropped} particles are left out: {room}")
    return tuple(notes)


def _column(name: str) -> ColumnCard:
    return ColumnCard("GeV", GEV[name]) if name in GEV else ColumnCard()


def _labels(meanings: Sequence[str], made: Made) -> tuple[LabelCard, ...]:
    """A card for each label from 0 to the largest that there is.

    A meaning is `2=trijet`, `2=trijet: decays into three jets` or `2=decays into three jets`.
    """
    largest = max(made.tally.labels)
    names = {0: "background", 1: "signal"}
    if largest > 1:
        names |= {label: f"signal{label}" for label in range(1, largest + 1)}
    told = {}
    for meaning in meanings:
        number, equals, text = (word.strip() for word in meaning.partition("="))
        if not equals or number not in [str(label) for label in range(largest + 1)]:
            there = "0" if not largest else f"0 to {largest}"
            raise RequestError(f"--label-meaning {meaning}: wanted LABEL=MEANING, labels {there}")
        name, _, rest = (word.strip() for word in text.partition(":"))
        if re.fullmatch(NAME, name):
            names[int(number)], text = name, rest
        told[int(number)] = text
    return tuple(
        LabelCard(label, names[label], told.get(label, ""), made.tally.labels[label])
        for label in range(largest + 1)
    )
