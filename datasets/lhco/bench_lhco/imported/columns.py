"""Which columns of a foreign table are features, which one is the label, and which is neither."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import InputError, RequestError
from bench_lhco.imported.divided import plain
from bench_lhco.imported.measure import Measure
from bench_lhco.imported.momenta import MASS, has_two_jets, mass_of_two_jets
from bench_lhco.imported.stream import Foreign, Slice
from bench_lhco.imported.units import demand_kinds, measures_of, parted, unit_of
from bench_lhco.labels import LABEL_NAMES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIVISION = "a division into train and test"
SUSPECTS = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "weights": r"w|((mc|gen|event|evt)_?)?weights?",
        "numbers of events or runs": r"(event|evt|run|lumi(_?block)?)(_?(id|nr|number))?",
        DIVISION: r"(data_?|ml_?)?(split|subset|partition)s?(_?(id|nr))?"
        r"|ttv|tvt|train_?(valid_?|val_?)?test(_?split)?|(is_?)?(train|test|val|valid)(ing|ation)?"
        r"|(k|cv)?_?folds?(_?(id|nr|number))?",
        "labels": r"y|y_?true|class|signal|is_?(sig|bkg|background).*|labels?|target|truth.*",
    }.items()
}
"""Names of what is no feature, by what they look like."""
NUMBERING = re.compile(r"|index|Unnamed: \d+|__index_level_\d+__", re.IGNORECASE)
"""Columns that number the events, which pandas writes beside the features."""
MASSES = re.compile("m_?jj", re.IGNORECASE)
"""Other spellings of the mass of two jets."""
UNUSED = "_"
"""What the user calls a column that is left out."""
LONGEST = 64


def said_columns(said: str | None) -> tuple[str, ...]:
    """The names that the user gives columns, `pt,eta,phi`.

    Raises:
        RequestError: an empty one, or one twice.
    """
    if said is None:
        return ()
    names = tuple(name.strip() for name in said.split(","))
    again = [name for name in names if name != UNUSED and names.count(name) > 1]
    if again or not all(names) or not said.isprintable():
        raise RequestError(
            f"--columns {said!r:.80}: wanted names parted by commas, each once, such as pt,eta,phi"
        )
    return names


def label_among(foreign: Foreign, names: Sequence[str]) -> str | None:
    """The label column, which the user names or which is recognised, if there is one.

    Raises:
        InputError: there are several, or not the one that the user names.
    """
    if foreign.label is not None:
        demand_columns(foreign, "--label-column", [foreign.label], names)
        return foreign.label
    labels = [n for n in names if n.lower() in LABEL_NAMES and n not in foreign.without]
    if len(labels) > 1:
        raise InputError(
            f"{foreign.file}: label columns {', '.join(labels)}, wanted one at most; say by"
            " --label-column which, and leave others out by --without-column"
        )
    return labels[0] if labels else None


def demand_columns(
    foreign: Foreign, option: str, named: Sequence[str], columns: Sequence[str]
) -> None:
    """Refuse columns that the user names and that the file lacks.

    Raises:
        InputError: there is none of such a name.
    """
    for name in named:
        if name not in columns:
            few = ", ".join(map(repr, columns[:20])) + (" and more" if len(columns) > 20 else "")
            few = few or "none"
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
    split: int | None = None
    """Where that is which says the split of an event, if anything does."""
    notes: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    """The units of the features."""

    @classmethod
    def of(
        cls, foreign: Foreign, names: Sequence[str], stated: Mapping[str, str] | None = None
    ) -> Chosen:
        """The choice by the names of all columns, and by what the user says of them.

        Args:
            foreign: the file, with what the user says.
            names: of all columns.
            stated: the units that the file says, by name.

        Raises:
            RequestError: a unit that no such column can have.
            InputError: a name that no feature can have, one that is there twice, or no feature.
        """
        demand_columns(foreign, "--without-column", foreign.without, names)
        label = label_among(foreign, names)
        if foreign.split is not None:
            demand_columns(foreign, "--split-column", [foreign.split], names)
        notes = [f"column {name!r:.80} is left out, as asked" for name in foreign.without]
        places, chosen = [], []
        units = dict(stated or {})
        for place, name in enumerate(names):
            if name in (label, foreign.split) or name in foreign.without:
                continue
            if foreign.columns and name == UNUSED:
                notes.append(f"column {place + 1} is left out, as asked")
                continue
            if NUMBERING.fullmatch(name):
                notes.append(f"column {name!r} numbers the events and is left out")
                continue
            called, unit = parted(name)
            if unit is not None:
                units.setdefault(name, unit)
            _demand_feature(foreign, called)
            if MASSES.fullmatch(called):
                called = MASS
            if called != name:
                notes.append(f"column {name!r} is kept as {called}")
            places.append(place)
            chosen.append(called)
        if not chosen:
            raise InputError(f"{foreign.file}: no column of features, wanted at least one")
        used = [*chosen, *(name for name in names if name in (label, foreign.split))]
        if twice := [name for name in used if used.count(name) > 1]:
            raise InputError(f"{foreign.file}: column {twice[0]!r} is there twice")
        columns = tuple(chosen)
        renamed = [(names[place], name) for place, name in zip(places, chosen, strict=True)]
        measures = measures_of(renamed, foreign.units, units)
        demand_kinds(foreign.file, measures)
        if has_two_jets(
            tuple(m.name for m in measures if m.unit.stored == "GeV" or m.name == MASS)
        ):
            columns += (MASS,)
            measures += (Measure(MASS, unit_of("GeV"), "name"),)
            notes.append(f"{MASS} is computed as |p1 + p2| of the two jets")
        at = None if label is None else names.index(label)
        split = None if foreign.split is None else names.index(foreign.split)
        return cls(columns, tuple(places), at, split, tuple(notes), measures)

    def slice(self, table: NDArray[np.float64], splits: NDArray[np.str_] | None = None) -> Slice:
        """The slice that rows of the table are: (n, all columns), NaN where a cell is empty.

        Args:
            table: the rows.
            splits: the cells of the column of splits, if they are not in the table.
        """
        import numpy as np

        x = table[:, self.features]
        factors = [measure.unit.factor for measure in self.measures[: len(self.features)]]
        if any(factor != 1 for factor in factors):
            x *= factors
        if len(self.columns) > len(self.features):
            names = self.columns[: len(self.features)]
            x = np.column_stack([x, mass_of_two_jets(names, x)])
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is infinite, so refused
            values = x.astype(np.float32)
        if splits is None and self.split is not None:
            splits = np.array([plain(f"{cell:.10g}") for cell in table[:, self.split]])
        return Slice(values, None if self.label is None else table[:, self.label], splits)


def demand_no_division(foreign: Foreign, names: Sequence[str]) -> None:
    """Refuse a column that looks like a published division and that nobody speaks of.

    Raises:
        InputError: which one.
    """
    for name in names:
        if name not in (foreign.split, foreign.label, *foreign.without):
            _demand_not(foreign, name, DIVISION)


def _demand_feature(foreign: Foreign, name: str) -> None:
    """Refuse a name that no feature can have, and one of something else than a feature."""
    if not name.isprintable() or name != name.strip() or len(name) > LONGEST:
        raise InputError(f"{foreign.file}: column {name!r:.80}, wanted a printable name")
    _demand_not(foreign, name, *SUSPECTS)


def _demand_not(foreign: Foreign, name: str, *kinds: str) -> None:
    """Refuse a name of one of these kinds."""
    for kind in kinds:
        if SUSPECTS[kind].fullmatch(name):
            option = {"labels": "--label-column", DIVISION: "--split-column"}.get(kind)
            known = f"{option} {name} or " if option else ""
            raise InputError(
                f"{foreign.file}: column {name!r} looks like {kind}, wanted {known}"
                f"--without-column {name}, or another name for a feature"
            )
