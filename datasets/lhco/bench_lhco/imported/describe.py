"""The card of an import, from what the user says of it and from what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import ImportRequest, RequestError, Split
from bench_lhco.cards import Card, ColumnCard, DivisionCard, FileCard, LabelCard, LayoutCard
from bench_lhco.cards.card import NAME
from bench_lhco.files.writer import LABELS
from bench_lhco.imported.convert import Made
from bench_lhco.imported.momenta import JETS, MASS
from bench_lhco.labels import ANY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GEV = {name: "momentum of a jet" for names in JETS for name in names[:3]}
GEV |= {names[3]: "mass of a jet" for names in JETS}
GEV[MASS] = "invariant mass of the two jets together, |p1 + p2|"
"""The meaning of the features whose unit is known: GeV."""
FORMS = {
    "events": LayoutCard(
        "particles",
        "700 times pt [GeV], eta, phi [rad] of massless particles, zero-padded, then the label",
        2101,
    ),
    "features": LayoutCard("features", "the columns of this card, then the label"),
}
"""By the role of the file that was made."""
DEFAULT = {"background": 0, "signal": 1} | {f"signal{label}": label for label in LABELS[1:]}
"""The names that labels have unless the user gives them others: each is its label's own."""


def card_of(
    request: ImportRequest,
    made: Made,
    made_files: Sequence[FileCard],
    originals: Sequence[tuple[Path, str]],
    division: DivisionCard | None = None,
) -> Card:
    """The card of an imported dataset.

    Args:
        request: what the user says of it.
        made: what came of it.
        made_files: the files that were made.
        originals: the files that it was made from, each with its sha256.
        division: the published one, if it has one.

    Raises:
        RequestError: a bad meaning, or one for a label that there is not.
    """
    files = [FileCard("original", file.name, sha256=sha256) for file, sha256 in originals]
    return Card(
        name=request.name,
        title=request.title or f"Events of {request.file.name}",
        source=request.source,
        licence=request.licence,
        notes=_notes(made),
        layout=FORMS[made.role],
        labels=_labels(request.label_meanings, made),
        files=(*files, *made_files),
        division=division,
        columns=dict(map(_column, made.columns, made.units)),
    )


def _notes(made: Made) -> tuple[str, ...]:
    """What was done to the events on the way."""
    tally, notes = made.tally, list(made.notes)
    if tally.skipped:
        notes.append(f"{tally.skipped} invalid events are left out")
    if tally.dropped:
        room = "an event has room for its 700 hardest"
        notes.append(f"{tally.dropped} particles are left out: {room}")
    if tally.repeated:
        equal = "equal to an earlier one in all features, and so not used"
        notes.append(f"{tally.repeated} of {tally.events} events are repeated: {equal}")
    if made.splits is not None and made.signal is not None:
        notes += _of_division(made.splits, made.signal)
    return tuple(notes)


def _of_division(splits: NDArray[np.int8], signal: NDArray[np.bool_]) -> Iterator[str]:
    """What a published division comes to."""
    import numpy as np

    counts = np.bincount(splits, minlength=len(Split))
    parts = [
        f"{counts[split]} {split.name.lower()} ({int(signal[splits == split].sum())} of signal)"
        for split in (Split.TRAIN, Split.VALID, Split.TEST, Split.OPEN)
        if counts[split]
    ]
    yield f"the split is the published one: {', '.join(parts)}"
    if counts[Split.TRAIN] and not counts[Split.VALID]:
        yield "no part is published as valid: a sixth of the train part is taken for it, by hash"
    if counts[Split.OPEN]:
        yield "of open events the hash says the split"
    if not counts[Split.TEST] and not counts[Split.OPEN]:
        yield "without a test part, nothing that is fitted on it can be evaluated on it"


def _column(name: str, unit: str) -> tuple[str, ColumnCard]:
    """The card of a column, by name; what it means is known of the published features alone."""
    return name, ColumnCard(unit, GEV.get(name, "") if unit == "GeV" else "")


@dataclass(frozen=True)
class Meaning:
    """What the user says of a label."""

    said: str
    name: str | None
    """None where it is not named."""
    text: str


def meanings_of(said: Sequence[str]) -> dict[int, Meaning]:
    """What is said of labels, by label.

    It is `2=trijet`, `2=trijet: decays into three jets` or `2=decays into three jets`.

    Raises:
        RequestError: something else, a label twice, or a name that is taken.
    """
    meanings: dict[int, Meaning] = {}
    for meaning in said:
        number, equals, text = (word.strip() for word in meaning.partition("="))
        if not equals or number not in map(str, LABELS):
            raise RequestError(f"--label-meaning {meaning}: wanted LABEL=MEANING, labels 0 to 9")
        label, name, rest = int(number), *(w.strip() for w in text.partition(":")[::2])
        if label in meanings:
            raise RequestError(f"--label-meaning {meaning}: label {label} has a meaning already")
        if not re.fullmatch(NAME, name):
            meanings[label] = Meaning(meaning, None, text)
            continue
        taken = name == ANY or name in [other.name for other in meanings.values()]
        if taken or DEFAULT.get(name, label) != label:
            raise RequestError(f"--label-meaning {meaning}: {name} is taken, wanted another name")
        meanings[label] = Meaning(meaning, name, rest)
    return meanings


def _labels(said: Sequence[str], made: Made) -> tuple[LabelCard, ...]:
    """A card for each label from 0 to the largest that there is."""
    largest, meanings = max(made.tally.labels), meanings_of(said)
    names = {0: "background", 1: "signal"}
    if largest > 1:
        names |= {label: f"signal{label}" for label in range(1, largest + 1)}
    for label, meaning in meanings.items():
        if label > largest:
            labels = "0" if not largest else f"0 to {largest}"
            raise RequestError(
                f"--label-meaning {meaning.said}: wanted LABEL=MEANING, labels {labels}"
            )
        names[label] = meaning.name or names[label]
    return tuple(
        LabelCard(
            label,
            names[label],
            meanings[label].text if label in meanings else "",
            made.tally.labels[label],
        )
        for label in range(largest + 1)
    )
