"""Events in rows of the official form: pandas' fixed and table layouts, and a plain array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.events import MAX_PARTICLES
from bench_lhco.files.layout import FIXED, GROUP, VALUES, Layout, Rows, fixed_layout, member, opened
from bench_lhco.files.provenance import provenance
from bench_lhco.imported.measure import Measure
from bench_lhco.imported.readers.hdf5 import (
    WIDTHS,
    at,
    attributed,
    has,
    objects,
    searched,
    table_format,
)
from bench_lhco.imported.stream import ROWS, Foreign, Head, Slice
from bench_lhco.imported.units import WORDS, of_particles

if TYPE_CHECKING:
    import h5py


def read_official(foreign: Foreign) -> Iterator[Head | Slice]:
    """The events of a file in an official layout, which is taken as it is."""
    attributes = provenance(foreign.file) or {}
    share = attributes.get("signal_fraction")
    with searched(foreign, lambda file: _stated(file, foreign)) as units:
        pass
    with opened(foreign.file) as (layout, rows):
        if foreign.layout not in (None, layout.kind):
            raise InputError(f"{foreign.file}: is in layout {layout.kind}, wanted {foreign.layout}")
        measures = of_particles(foreign, WORDS, units)
        yield Head(
            layout.kind,
            measures=measures,
            events=layout.events,
            signal_fraction=None if share is None else float(share),
        )
        yield from _slices(layout, rows, measures)


def read_array(foreign: Foreign) -> Iterator[Head | Slice]:
    """The events of a file that has them in a plain array of 2100 or 2101 columns."""
    with searched(foreign, lambda file: _array(file, foreign)) as (layout, rows, units):
        measures = of_particles(foreign, WORDS, units)
        yield Head("array", measures=measures, events=layout.events)
        yield from _slices(layout, rows, measures)


def _stated(file: h5py.File, foreign: Foreign) -> dict[str, str]:
    """The units that the group of the events states."""
    import h5py

    return attributed(member(file, GROUP, h5py.Group, foreign.file), WORDS)


def _array(file: h5py.File, foreign: Foreign) -> tuple[Layout, Rows, dict[str, str]]:
    """The layout of the array, its rows, and the units that it states."""
    import h5py

    if foreign.key is not None:
        array = at(file, foreign)
        if isinstance(array, h5py.Group) and has(array, FIXED):
            array = member(array, FIXED, h5py.Dataset, foreign.file)
        if not isinstance(array, h5py.Dataset):
            raise InputError(
                f"{foreign.file}: {array.name} is no array, wanted one of events"
                f"{table_format([array])}"
            )
        return *fixed_layout(array, foreign.file), attributed(array, WORDS)
    items = list(objects(file))
    arrays = [item for item in items if isinstance(item, h5py.Dataset)]
    fitting = [item for item in arrays if item.ndim == 2 and item.shape[1] in WIDTHS]
    if len(fitting) == 1:
        return *fixed_layout(fitting[0], foreign.file), attributed(fitting[0], WORDS)
    shapes = [f"{item.name} {item.shape}" for item in fitting or arrays]
    listed = ", ".join(shapes[:5]) + (f" and {len(shapes) - 5} more" if len(shapes) > 5 else "")
    how = "say by --key which one" if fitting else f"with {WIDTHS[0]} or {WIDTHS[1]} columns"
    raise InputError(
        f"{foreign.file}: wanted one array of events, {how}; there is {listed or 'none'}"
        f"{table_format(items)}"
    )


def _slices(layout: Layout, rows: Rows, measures: Sequence[Measure]) -> Iterator[Slice]:
    factors = np.array([measure.unit.factor for measure in measures])
    for first in range(0, layout.events, ROWS):
        values = rows(first, min(first + ROWS, layout.events))
        with np.errstate(over="ignore", invalid="ignore"):  # infinite, so refused later
            read = values[:, :VALUES].reshape(-1, MAX_PARTICLES, 3)
            padded = (read if (factors == 1).all() else read * factors).astype(np.float32)
        labels = values[:, VALUES].astype(np.float64) if layout.labelled else None
        yield Slice(padded, labels)
