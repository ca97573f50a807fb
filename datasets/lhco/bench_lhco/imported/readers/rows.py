"""Events in rows of the official form: pandas' fixed and table layouts, and a plain array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.events import MAX_PARTICLES
from bench_lhco.files.layout import GROUP, VALUES, Rows
from bench_lhco.files.objects import left_out, others
from bench_lhco.files.opened import opened
from bench_lhco.files.pandas_rows import WIDTHS
from bench_lhco.files.provenance import provenance
from bench_lhco.imported.measure import Measure
from bench_lhco.imported.readers.arrays import Bag, opened_arrays
from bench_lhco.imported.readers.hdf5 import attributed, frame_of_events, searched
from bench_lhco.imported.stream import ROWS, Foreign, Head, Slice
from bench_lhco.imported.units import WORDS, of_particles

if TYPE_CHECKING:
    import h5py
    from numpy.typing import NDArray


def read_official(foreign: Foreign) -> Iterator[Head | Slice]:
    """The events of a file in an official layout, which is taken as it is."""
    attributes = provenance(foreign.file) or {}
    share = attributes.get("signal_fraction")
    with searched(foreign, lambda file: _stated(file, foreign)) as (key, units, notes):
        pass
    with opened(foreign.file, key) as (layout, rows):
        if foreign.layout not in (None, layout.kind):
            raise InputError(f"{foreign.file}: is in layout {layout.kind}, wanted {foreign.layout}")
        measures = of_particles(foreign, WORDS, units)
        yield Head(
            layout.kind,
            measures=measures,
            events=layout.events,
            signal_fraction=None if share is None else float(share),
            notes=notes,
        )
        for first, last in _steps(layout.events):
            values, labels = _parted(rows, first, last, measures)
            yield Slice(values, labels)


def read_array(foreign: Foreign) -> Iterator[Head | Slice]:
    """The events of a file that has them in a plain array of 2100 or 2101 columns."""
    with opened_arrays(foreign) as (arrays, key):
        bag = Bag.of(foreign, arrays, key)
        events = bag.events
        width = events.shape[1] if len(events.shape) == 2 else 0
        if width not in WIDTHS or events.dtype.kind != "f" or not events.shape[0]:
            raise InputError(
                f"{foreign.file}: {events.name} holds {events.dtype!s:.40} of shape"
                f" {events.shape}, wanted float32 or float64 of {WIDTHS[0]} or {WIDTHS[1]} columns"
            )
        if bag.label is not None and width > VALUES:
            raise InputError(
                f"{foreign.file}: {events.name} has a column of labels, and {bag.label.name} has"
                f" labels too; --without-column {bag.label.last} leaves the latter out"
            )
        rows, beside = events.opened(), bag.beside(foreign)
        measures = of_particles(foreign, WORDS, events.attributed(WORDS))
        yield Head("array", measures=measures, events=events.shape[0], notes=bag.notes)
        for first, last in _steps(events.shape[0]):
            values, labels = _parted(rows, first, last, measures)
            labels = beside.labels(first, last) if labels is None else labels
            yield Slice(values, labels, beside.splits(first, last))


def _stated(file: h5py.File, foreign: Foreign) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """Where the frame of events is, the units that it states, and what else is in the file."""
    key = frame_of_events(file, foreign)
    if key is None:  # nothing of that kind is there, as reading it will say
        return foreign.key or GROUP, {}, ()
    return key, attributed(file[key], WORDS), () if foreign.key else left_out(others(file, key))


def _steps(events: int) -> Iterator[tuple[int, int]]:
    for first in range(0, events, ROWS):
        yield first, min(first + ROWS, events)


def _parted(
    rows: Rows, first: int, last: int, measures: Sequence[Measure]
) -> tuple[NDArray[np.float32], NDArray[np.float64] | None]:
    """Particles and labels of some rows."""
    values = rows(first, last)
    factors = np.array([measure.unit.factor for measure in measures])
    with np.errstate(over="ignore", invalid="ignore"):  # infinite, so refused later
        read = values[:, :VALUES].reshape(-1, MAX_PARTICLES, 3)
        padded = (read if (factors == 1).all() else read * factors).astype(np.float32)
    labels = values[:, VALUES].astype(np.float64) if values.shape[1] > VALUES else None
    return padded, labels
