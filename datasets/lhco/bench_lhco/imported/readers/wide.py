"""Particles in flat tables, a column each: E_0, PX_0, PY_0, PZ_0, E_1 and so on, zero-padded.

It is the form of the top tagging reference, whose label and published division come along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.imported.columns import demand_columns, demand_no_division, label_among
from bench_lhco.imported.measure import Measure
from bench_lhco.imported.readers.parquet import numbers
from bench_lhco.imported.readers.particles import Variables, gathered, slice_of, variables
from bench_lhco.imported.readers.sources import opened_columns
from bench_lhco.imported.stream import Columns, Foreign, Head, Slice

if TYPE_CHECKING:
    import pyarrow as pa

NUMBERED = re.compile(r"(?P<word>[A-Za-z]+)_(?P<number>\d{1,4})")
TTV = "ttv"
"""The column of the reference that says which part of its division an event belongs to."""
DIVIDED = (
    "column {!r} is the published division: 0 is train, 1 test, 2 valid; say it by --split-column"
    " and --split-meaning if it is otherwise"
)
FEWEST = 10
"""Particles from which on columns of px, py, pz are them and no features."""


def is_wide(names: Sequence[str]) -> bool:
    """Whether columns hold many particles in px, py, pz."""
    words = {"px", "py", "pz"}
    numbered = {word: set(of) for word, of in _numbered(names).items() if word in words}
    return words == set(numbered) and all(of.issuperset(range(FEWEST)) for of in numbered.values())


def read_wide(foreign: Foreign) -> Iterator[Head | Slice]:
    """The particles of a flat table; of an event with more than 700, the hardest 700."""
    with opened_columns(foreign) as columns:
        wide = _Wide.of(foreign, columns.schema.names)
        measures = wide.variables.measures(foreign, {})
        notes = (*columns.notes, *wide.notes)
        yield Head("wide", None, measures, columns.events, notes=notes, split=wide.split)
        yield from wide.slices(columns, measures)


@dataclass(frozen=True)
class _Wide:
    """Which columns hold what."""

    variables: Variables
    momenta: dict[str, list[str]]
    """By variable, the columns in the order of the particles."""
    label: str | None
    split: str | None
    notes: tuple[str, ...]

    @classmethod
    def of(cls, foreign: Foreign, names: Sequence[str]) -> _Wide:
        """What the names of the columns say.

        Raises:
            InputError: not the columns of particles, or a division that nobody speaks of.
        """
        demand_columns(foreign, "--without-column", foreign.without, names)
        which, momenta = _particles(foreign, names)
        used = {name for of in momenta.values() for name in of}
        plain = [name for name in names if name not in {*used, *foreign.without}]
        label = label_among(foreign, plain)
        split = foreign.split or next((name for name in plain if name.lower() == TTV), None)
        if foreign.split is not None:
            demand_columns(foreign, "--split-column", [foreign.split], plain)
        demand_no_division(foreign, [name for name in plain if name != split])
        notes = list(which.notes)
        if split is not None and foreign.split is None:
            notes.append(DIVIDED.format(split))
        unused = [name for name in names if name not in {*used, label, split}]
        notes += _left_out(unused)
        return cls(which, momenta, label, split, tuple(notes))

    def slices(self, columns: Columns, measures: Sequence[Measure]) -> Iterator[Slice]:
        """The events."""
        words = [name for name in (self.label, self.split) if name is not None]
        used = [name for of in self.momenta.values() for name in of]
        each = len(used) // len(self.momenta)
        for batch in columns.batches([*used, *dict.fromkeys(words)], words):
            values = [_stacked(columns, batch, of).ravel() for of in self.momenta.values()]
            momenta = self.variables.momenta(columns.file, values, measures)
            event = np.repeat(np.arange(len(batch)), each)
            particles = gathered(momenta, event, len(batch))
            yield slice_of(columns.file, batch, particles, label=self.label, split=self.split)


def _left_out(names: Sequence[str]) -> Iterator[str]:
    """A line about columns that are left out, the numbered ones of a word together."""
    matches = [(name, NUMBERED.fullmatch(name)) for name in names]
    shown = [f"{match['word']}_*" if match else name for name, match in matches]
    left = list(dict.fromkeys(shown))
    if left:
        more = f" and {len(left) - 20} more" if left[20:] else ""
        yield f"left out, being no momenta: {', '.join(map(repr, left[:20]))}{more}"


def _numbered(names: Sequence[str]) -> dict[str, dict[int, str]]:
    """Of names that are a word and a number, by the word in small letters."""
    numbered: dict[str, dict[int, str]] = {}
    for name in names:
        if match := NUMBERED.fullmatch(name):
            numbered.setdefault(match["word"].lower(), {})[int(match["number"])] = name
    return numbered


def _particles(foreign: Foreign, names: Sequence[str]) -> tuple[Variables, dict[str, list[str]]]:
    """The variables of the particles, and the columns of each in the order of the particles."""
    numbered = _numbered([name for name in names if name not in foreign.without])
    which = variables(list(numbered))
    if which is None:
        raise InputError(
            f"{foreign.file}: wanted columns PX_0, PY_0, PZ_0, PX_1 and so on, or pt_0, eta_0,"
            f" phi_0; there is {', '.join(map(repr, names[:8]))}"
        )
    first, *others = (numbered[word] for word in which.used)
    if any(other.keys() != first.keys() for other in others):
        raise InputError(
            f"{foreign.file}: not as many columns of each of {', '.join(which.used)}, wanted that"
        )
    return which, {word: [numbered[word][i] for i in sorted(first)] for word in which.used}


def _stacked(columns: Columns, batch: pa.RecordBatch, names: Sequence[str]) -> np.ndarray:
    """Columns of a batch as (n, columns)."""
    return np.stack([numbers(columns.file, name, batch.column(name)) for name in names], axis=1)
