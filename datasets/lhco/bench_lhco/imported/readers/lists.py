"""Particles in lists: for each event one of pt, eta, phi, or of px, py, pz, or of records.

It is what awkward writes to Parquet and to ROOT, what Delphes writes, and what most of Python does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.events import Particles
from bench_lhco.imported.columns import demand_columns, demand_no_division, label_among
from bench_lhco.imported.measure import Measure
from bench_lhco.imported.readers.candidates import Collection, chosen, is_list
from bench_lhco.imported.readers.parquet import numbers, stated_units
from bench_lhco.imported.readers.particles import gathered, slice_of
from bench_lhco.imported.readers.sources import opened_columns
from bench_lhco.imported.stream import Columns, Foreign, Head, Slice

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

BEAM = "particles of pt 0, as Delphes writes some along the beam, are left out"


def read_lists(foreign: Foreign) -> Iterator[Head | Slice]:
    """The particles of a file of lists; of an event with more than 700, the hardest 700."""
    with opened_columns(foreign) as columns:
        lists = _Lists.of(foreign, columns.schema)
        notes = (*columns.notes, *lists.notes, *lists.left_out(columns.schema))
        yield Head("particles", measures=lists.measures, events=columns.events, notes=notes)
        yield from lists.slices(columns)


@dataclass(frozen=True)
class _Lists:
    """Which columns hold what."""

    collections: tuple[Collection, ...]
    label: str | None
    split: str | None
    measures: tuple[Measure, ...]
    """The units of the three columns of momenta."""
    notes: tuple[str, ...]

    @classmethod
    def of(cls, foreign: Foreign, schema: pa.Schema) -> _Lists:
        """What the schema says.

        Raises:
            InputError: no such lists, or several and no key that says which.
        """
        demand_columns(foreign, "--without-column", foreign.without, schema.names)
        fields = [field for field in schema if field.name not in foreign.without]
        plain = [field.name for field in fields if not is_list(field.type)]
        label = label_among(foreign, plain)
        if foreign.split is not None:
            demand_columns(foreign, "--split-column", [foreign.split], plain)
        demand_no_division(foreign, plain)
        collections, notes = chosen(foreign, fields)
        first = collections[0]
        stated = stated_units(first.fields(schema))
        measures = first.variables.measures(foreign, stated)
        notes += tuple(dict.fromkeys(n for one in collections for n in one.variables.notes))
        if any(one.is_delphes for one in collections):
            notes += (BEAM,)
        return cls(collections, label, foreign.split, measures, notes)

    def left_out(self, schema: pa.Schema) -> Iterator[str]:
        """A line about the columns that are left out."""
        used = {self.label, self.split, *(name for one in self.collections for name in one.columns)}
        left = [name for name in schema.names if name not in used]
        for one in self.collections:
            left += one.other_fields(schema)
        listed = ", ".join(f"{name!r:.40}" for name in left[:20])
        if left:
            more = f" and {len(left) - 20} more" if len(left) > 20 else ""
            yield f"left out, being no pt, eta or phi: {listed}{more}"

    def slices(self, columns: Columns) -> Iterator[Slice]:
        """The events."""
        names = [name for one in self.collections for name in one.columns]
        words = [name for name in (self.label, self.split) if name is not None]
        for batch in columns.batches([*names, *dict.fromkeys(words)], words):
            particles = self._particles(columns.file, batch)
            yield slice_of(columns.file, batch, particles, label=self.label, split=self.split)

    def _particles(self, path: Path, batch: pa.RecordBatch) -> Particles:
        """The particles of all collections as they are, without padding."""
        parts = [self._of_one(path, batch, one) for one in self.collections]
        momenta, event = (np.concatenate(several) for several in zip(*parts, strict=True))
        return gathered(momenta, event, len(batch))

    def _of_one(
        self, path: Path, batch: pa.RecordBatch, one: Collection
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The momenta of a collection, (m, 3), and the event of each particle."""
        values, counts = _values(path, batch, one)
        momenta = one.variables.momenta(path, values, self.measures)
        event = np.repeat(np.arange(len(counts)), counts)
        if one.is_delphes:
            moving = momenta[:, 0] != 0
            momenta, event = momenta[moving], event[moving]
        return momenta, event


def _values(
    path: Path, batch: pa.RecordBatch, one: Collection
) -> tuple[list[NDArray[np.float64]], NDArray[np.int64]]:
    """The columns of a collection, (m,) each, and how many particles each event has."""
    names = one.variables.used
    if one.records is not None:
        records, counts = _flat(path, one.records, batch.column(one.records))
        return [numbers(path, name, records.field(name)) for name in names], counts
    lists = {name: _flat(path, name, batch.column(name)) for name in names}
    counts, *others = (lengths for _, lengths in lists.values())
    if not all(np.array_equal(counts, other) for other in others):
        raise InputError(f"{path}: {', '.join(names)} have lists of different lengths")
    return [numbers(path, name, flat) for name, (flat, _) in lists.items()], counts


def _flat(path: Path, name: str, lists: pa.Array) -> tuple[pa.Array, NDArray[np.int64]]:
    """The values of all lists, and how many each has: (n,)."""
    import pyarrow.compute as pc

    flat = lists.flatten()
    if lists.null_count or flat.null_count:
        raise InputError(f"{path}: column {name!r} has lists or values that are missing")
    counts: NDArray[np.int64] = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    return flat, counts.astype(np.int64)
