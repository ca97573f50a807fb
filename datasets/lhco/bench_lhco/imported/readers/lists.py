"""Particles in Parquet: for each event a list of pt, eta, phi, or of px, py, pz, or of records.

It is what awkward writes with `to_parquet`, and what most of Python does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.events import MAX_PARTICLES, Particles, ends, padded
from bench_lhco.imported.columns import demand_columns, demand_no_division, label_among
from bench_lhco.imported.measure import Measure
from bench_lhco.imported.momenta import massless
from bench_lhco.imported.readers.parquet import (
    batches,
    cells,
    numbers,
    opened_parquet,
    stated_units,
)
from bench_lhco.imported.stream import Foreign, Head, Slice
from bench_lhco.imported.units import of_particles

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

SPELLINGS = (("pt", "eta", "phi"), ("px", "py", "pz"))
"""The last word of the columns' names, in any case, such as `part_pt` or `Particle.PT`."""
MASSLESS = "particles are taken as massless: px, py, pz are kept as pt, eta, phi"


def has_lists(foreign: Foreign) -> bool:
    """Whether a Parquet file has a list for each event."""
    with opened_parquet(foreign.file) as file:
        return any(_is_list(field.type) for field in file.schema_arrow)


def read_lists(foreign: Foreign) -> Iterator[Head | Slice]:
    """The particles of a Parquet file; of an event with more than 700, the hardest 700."""
    with opened_parquet(foreign.file) as file:
        lists = _Lists.of(foreign, file.schema_arrow)
        notes = lists.notes(file.schema_arrow)
        events = file.metadata.num_rows
        yield Head("particles", measures=lists.measures, events=events, notes=notes)
        for batch in batches(file, foreign.file, lists.columns):
            particles, dropped = hardest(lists.particles(foreign.file, batch))
            labels, splits = lists.labels(foreign.file, batch), lists.splits(batch)
            yield Slice(padded(particles), labels, splits, dropped)


@dataclass(frozen=True)
class _Lists:
    """Which columns hold what."""

    names: tuple[str, ...]
    """Of three columns; or of three fields of the records."""
    cartesian: bool
    """Whether they are px, py, pz."""
    records: str | None
    """The column that holds records, if the three are fields of one."""
    label: str | None
    split: str | None
    measures: tuple[Measure, ...] = ()
    """The units of the three."""

    @classmethod
    def of(cls, foreign: Foreign, schema: pa.Schema) -> _Lists:
        """What the schema says.

        Raises:
            InputError: no such lists, or several and no key that says which.
        """
        path = foreign.file
        demand_columns(foreign, "--without-column", foreign.without, schema.names)
        fields = [field for field in schema if field.name not in foreign.without]
        lists = [field for field in fields if _is_list(field.type)]
        plain = [field.name for field in fields if not _is_list(field.type)]
        label = label_among(foreign, plain)
        if foreign.split is not None:
            demand_columns(foreign, "--split-column", [foreign.split], plain)
        demand_no_division(foreign, plain)
        candidates = [
            (key, cls(*spelt, records, label, foreign.split))
            for key, records, names in _groups(lists)
            if (spelt := _spelt(names))
        ]
        key = None if foreign.key is None else _bare(foreign.key)
        chosen = [which for word, which in candidates if key in (None, word)]
        if len(chosen) == 1:
            return chosen[0]._with_units(foreign, schema)
        if candidates:
            listed = ", ".join(
                f"{key or 'no name'} ({', '.join(which.names)})" for key, which in candidates[:8]
            )
            how = "say by --key which, or leave others out by --without-column"
            raise InputError(f"{path}: wanted one set of particles, {how}; there is {listed}")
        listed = (
            ", ".join(f"{field.name} ({field.type!s:.30})" for field in lists[:8]) or "no lists"
        )
        raise InputError(f"{path}: wanted lists of pt, eta, phi or px, py, pz; there is {listed}")

    def _with_units(self, foreign: Foreign, schema: pa.Schema) -> _Lists:
        """The same with what the user or the file says of units."""
        fields = [schema.field(name) for name in self.names] if self.records is None else []
        if self.records is not None:
            inner = schema.field(self.records).type.value_type
            fields = [inner.field(name) for name in self.names]
        return replace(self, measures=of_particles(foreign, self.names, stated_units(fields)))

    def notes(self, schema: pa.Schema) -> tuple[str, ...]:
        """What is made of the particles, and which columns are left out."""
        particles = self.names if self.records is None else (self.records,)
        used = {self.label, self.split, *particles}
        left = [name for name in schema.names if name not in used]
        if self.records is not None:
            inner = schema.field(self.records).type.value_type
            fields = [inner.field(i).name for i in range(inner.num_fields)]
            left += [f"{self.records}.{name}" for name in fields if name not in self.names]
        listed = ", ".join(f"{name!r:.40}" for name in left[:20])
        more = f" and {len(left) - 20} more" if len(left) > 20 else ""
        columns = [f"left out, being no pt, eta or phi: {listed}{more}"] if left else []
        return (*([MASSLESS] if self.cartesian else []), *columns)

    @property
    def columns(self) -> list[str] | None:
        """The columns to read; None for all, where a name would be taken for a path."""
        names = [self.records] if self.records is not None else list(self.names)
        names += [name for name in (self.label, self.split) if name is not None]
        return None if any("." in name or not name for name in names) else names

    def particles(self, path: Path, batch: pa.RecordBatch) -> Particles:
        """The particles as they are, without those that are all 0, which are padding."""
        if self.records is None:
            lists = {name: _flat(path, name, batch.column(name)) for name in self.names}
            values = [numbers(path, name, flat) for name, (flat, _) in lists.items()]
            counts, *others = (lengths for _, lengths in lists.values())
            if not all(np.array_equal(counts, other) for other in others):
                raise InputError(f"{path}: {', '.join(self.names)} have lists of different lengths")
        else:
            records, counts = _flat(path, self.records, batch.column(self.records))
            values = [numbers(path, name, records.field(name)) for name in self.names]
        units = [measure.unit.factor for measure in self.measures]
        values = [v if f == 1 else v * f for v, f in zip(values, units, strict=True)]
        momenta = massless(*values) if self.cartesian else np.stack(values, axis=1)
        real = (momenta != 0).any(axis=1)
        event = np.repeat(np.arange(len(counts)), counts)[real]
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is infinite, so refused
            stored = momenta[real].astype(np.float32)
        return Particles(stored, ends(np.bincount(event, minlength=len(counts))))

    def labels(self, path: Path, batch: pa.RecordBatch) -> NDArray[np.float64] | None:
        """The label column: (n,)."""
        return None if self.label is None else numbers(path, self.label, batch.column(self.label))

    def splits(self, batch: pa.RecordBatch) -> NDArray[np.str_] | None:
        """The column of splits: (n,)."""
        return None if self.split is None else cells(batch.column(self.split))


def hardest(particles: Particles, most: int = MAX_PARTICLES) -> tuple[Particles, int]:
    """The particles that an event has room for, in their order, and how many are left out."""
    if not len(particles) or particles.counts.max() <= most:
        return particles, 0
    event = np.repeat(np.arange(len(particles)), particles.counts)
    pt = np.where(particles.pt > 0, particles.pt, np.inf)  # what is invalid stays, to be refused
    order = np.lexsort((-pt, event))
    rank = np.empty(len(event), dtype=np.int64)
    rank[order] = np.arange(len(event)) - particles.offsets[:-1][event]
    chosen = rank < most
    counts = np.minimum(particles.counts, most)
    return Particles(particles.values[chosen], ends(counts)), int(np.count_nonzero(~chosen))


def _groups(lists: Sequence[pa.Field]) -> Iterator[tuple[str, str | None, list[str]]]:
    """Columns that may be particles: what a key calls them, the column of records, the names."""
    import pyarrow as pa

    plain: dict[str, list[str]] = {}
    for field in lists:
        inner = field.type.value_type
        if pa.types.is_struct(inner):
            names = [inner.field(i).name for i in range(inner.num_fields)]
            yield _bare(field.name), field.name, names
        else:
            word = _last_word(field.name)
            plain.setdefault(_bare(field.name[: -len(word) or None]), []).append(field.name)
    for key, names in plain.items():
        yield key, None, names


def _spelt(names: Sequence[str]) -> tuple[tuple[str, ...], bool] | None:
    """The three names that are meant, and whether they are px, py, pz; None if there are none."""
    for spelling in SPELLINGS:
        matches = [[name for name in names if _last_word(name) == word] for word in spelling]
        if all(len(several) == 1 for several in matches):
            return tuple(name for (name,) in matches), spelling == SPELLINGS[1]
    return None


def _last_word(name: str) -> str:
    return re.split(r"[^a-z0-9]", name.lower())[-1]


def _bare(name: str) -> str:
    """A name without what parts it from the next word."""
    return re.sub(r"[^A-Za-z0-9]+$", "", name)


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow as pa

    kinds = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_kind(kind) for is_kind in kinds)


def _flat(path: Path, name: str, lists: pa.Array) -> tuple[pa.Array, NDArray[np.int64]]:
    """The values of all lists, and how many each has: (n,)."""
    import pyarrow.compute as pc

    flat = lists.flatten()
    if lists.null_count or flat.null_count:
        raise InputError(f"{path}: column {name!r} has lists or values that are missing")
    counts: NDArray[np.int64] = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    return flat, counts.astype(np.int64)
