"""Which columns of a foreign table are features, which one is the label, and which is neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.imported.momenta import MASS, has_two_jets, mass_of_two_jets
from bench_lhco.imported.stream import Foreign, Slice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LABELS = ("label", "labels", "is_signal", "issignal", "is_signal_new", "target", "truth")
LABELS += ("truth_label",)
"""How people call the label, in any case; any other name has to be said."""
SUSPECTS = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "weights": r"w|((mc|gen|event|evt)_?)?weights?",
        "numbers of events or runs": r"(event|evt|run|lumi(_?block)?)(_?(id|nr|number))?",
        "labels": r"y|y_?true|class|signal|is_?(sig|bkg|background).*|labels?|target|truth.*",
    }.items()
}
"""Names of what is no feature, by what they look like."""
NUMBERING = re.compile(r"|index|Unnamed: \d+|__index_level_\d+__", re.IGNORECASE)
"""Columns that number the events, which pandas writes beside the features."""
MASSES = re.compile("m_?jj", re.IGNORECASE)
"""Other spellings of the mass of two jets."""
LONGEST = 64


def label_among(foreign: Foreign, names: Sequence[str]) -> str | None:
    """The label column, which the user names or which is recognised, if there is one.

    Raises:
        InputError: there are several, or not the one that the user names.
    """
    if foreign.label is not None:
        demand_there(foreign, "--label-column", [foreign.label], names)
        return foreign.label
    found = [n for n in names if n.lower() in LABELS and n not in foreign.without]
    if len(found) > 1:
        raise InputError(
            f"{foreign.file}: label columns {', '.join(found)}, wanted one at most; say by"
            " --label-column which, and leave others out by --without-column"
        )
    return found[0] if found else None


def demand_there(
    foreign: Foreign, option: str, wanted: Sequence[str], there: Sequence[str]
) -> None:
    """Refuse columns that the user names and that the file lacks.

    Raises:
        InputError: there is none of such a name.
    """
    for name in wanted:
        if name not in there:
            few = ", ".join(map(repr, there[:20])) + (" and more" if len(there) > 20 else "")
            raise InputError(f"{foreign.file}: no column for {option} {name!r:.80}, there is {few}")


@dataclass(frozen=True)
class Chosen:
    """What is made of a table's columns."""

    columns: tuple[str, ...]
    """The features, with the mass of two jets at the end where it is computed."""
    features: tuple[int, ...]
    """Where they are in the table."""
    label: int | None
    """Where the label is in it."""
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, foreign: Foreign, names: Sequence[str]) -> Chosen:
        """The choice by the names of all columns, and by what the user says of them.

        Raises:
            InputError: a name that no feature can have, one that is there twice, or no feature.
        """
        demand_there(foreign, "--without-column", foreign.without, names)
        label = label_among(foreign, names)
        notes = [f"column {name!r:.80} is left out, as asked" for name in foreign.without]
        places, kept = [], []
        for place, name in enumerate(names):
            if name == label or name in foreign.without:
                continue
            if NUMBERING.fullmatch(name):
                notes.append(f"column {name!r} numbers the events and is left out")
                continue
            _demand_feature(foreign, name)
            if MASSES.fullmatch(name) and name != MASS:
                notes.append(f"column {name!r} is kept as {MASS}, in GeV")
                name = MASS  # noqa: PLW2901  what it is called from here on
            places.append(place)
            kept.append(name)
        if not kept:
            raise InputError(f"{foreign.file}: no column of features, wanted at least one")
        used = kept if label is None else [*kept, *(name for name in names if name == label)]
        if twice := [name for name in used if used.count(name) > 1]:
            raise InputError(f"{foreign.file}: column {twice[0]!r} is there twice")
        columns = tuple(kept)
        if has_two_jets(columns):
            columns += (MASS,)
            notes.append(f"{MASS} is computed as |p1 + p2| of the two jets")
        at = None if label is None else names.index(label)
        return cls(columns, tuple(places), at, tuple(notes))

    def slice(self, table: NDArray[np.float64]) -> Slice:
        """The slice that rows of the table are: (n, all columns), NaN where a cell is empty."""
        import numpy as np

        x = table[:, self.features]
        if len(self.columns) > len(self.features):
            names = self.columns[: len(self.features)]
            x = np.column_stack([x, mass_of_two_jets(names, x)])
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is infinite, so refused
            values = x.astype(np.float32)
        return Slice(values, None if self.label is None else table[:, self.label])


def _demand_feature(foreign: Foreign, name: str) -> None:
    """Refuse a name that no feature can have, and one of something else than a feature."""
    if not name.isprintable() or name != name.strip() or len(name) > LONGEST:
        raise InputError(f"{foreign.file}: column {name!r:.80}, wanted a printable name")
    for kind, names in SUSPECTS.items():
        if names.fullmatch(name):
            known = f"--label-column {name} or " if kind == "labels" else ""
            raise InputError(
                f"{foreign.file}: column {name!r} looks like {kind}, wanted {known}"
                f"--without-column {name}, or another name for a feature"
            )
