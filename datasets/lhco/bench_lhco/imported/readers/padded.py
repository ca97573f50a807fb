"""Particles in arrays of three axes: events, particles up to a number, and what is kept of each.

It is how EnergyFlow publishes jets, and how most of machine learning keeps particles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np

from bench import InputError
from bench_lhco.events import MAX_PARTICLES, padded
from bench_lhco.files.layout import Rows
from bench_lhco.imported.columns import UNUSED
from bench_lhco.imported.momenta import STABLE
from bench_lhco.imported.readers.arrays import NUMBERS, Bag, opened_arrays
from bench_lhco.imported.readers.npy import Stored
from bench_lhco.imported.readers.particles import Variables, gathered, hardest, variables
from bench_lhco.imported.stream import ROWS, Foreign, Head, Slice
from bench_lhco.imported.units import WORDS

ENERGYFLOW = ("pt", "y", "phi", "pid")
"""The columns of EnergyFlow's jets, whose array is called X."""
BYTES = 2**25
"""Of rows that are read at once, as float64."""


def read_padded(foreign: Foreign) -> Iterator[Head | Slice]:
    """The particles of an array; of an event with more than 700, the hardest 700."""
    with opened_arrays(foreign) as (arrays, key):
        bag = Bag.of(foreign, arrays, key)
        array = bag.events
        _demand_suiting(foreign, array)
        _demand_no_mask(foreign, array, arrays)
        events, each, columns = array.shape
        rows, beside = array.opened(), bag.beside(foreign)
        names, note = _names(foreign, array, rows)
        which = _variables(foreign, names)
        measures = which.measures(foreign, array.attributed(names))
        places = [names.index(name) for name in which.used]
        notes = (*note, *which.notes, *bag.notes)
        yield Head("padded", measures=measures, events=events, notes=notes)
        step = max(1, min(ROWS, BYTES // (8 * each * columns)))
        for first in range(0, events, step):
            last = min(first + step, events)
            flat = rows(first, last).reshape(-1, columns)
            values = [flat[:, place].astype(np.float64) for place in places]
            momenta = which.momenta(foreign.file, values, measures)
            event = np.repeat(np.arange(last - first), each)
            particles, dropped = hardest(gathered(momenta, event, last - first))
            labels, splits = beside.labels(first, last), beside.splits(first, last)
            yield Slice(padded(particles), labels, splits, dropped)


def _demand_suiting(foreign: Foreign, array: Stored) -> None:
    shape = array.shape
    if len(shape) != 3 or array.dtype.kind not in NUMBERS or not prod(shape):
        raise InputError(
            f"{foreign.file}: {array.name} holds {array.dtype!s:.40} of shape {shape}, wanted"
            " numbers of shape (events, particles, columns)"
        )
    if 8 * shape[1] * shape[2] > BYTES:
        raise InputError(
            f"{foreign.file}: {array.name} has {shape[1]} particles of {shape[2]} columns in an"
            f" event, wanted at most {BYTES // 8} numbers"
        )


def _demand_no_mask(foreign: Foreign, array: Stored, arrays: Sequence[Stored]) -> None:
    """Refuse an array that says which particles are real: here they are those that are not 0."""
    for other in arrays:
        shaped = other.shape[:2] == array.shape[:2] and prod(other.shape[2:]) == 1
        if "mask" in other.last.lower() and shaped and other.last not in foreign.without:
            raise InputError(
                f"{foreign.file}: {other.name} says which particles are real, wanted zeros in"
                f" {array.name} for those that are not, and --without-column {other.last}"
            )


def _names(foreign: Foreign, array: Stored, rows: Rows) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the columns are, which is never guessed, and a line about who says it."""
    _, each, columns = array.shape
    if foreign.columns:
        if len(foreign.columns) != columns:
            raise InputError(
                f"{foreign.file}: {array.name} has {columns} columns, --columns names"
                f" {len(foreign.columns)}, wanted as many"
            )
        return foreign.columns, ()
    if (each, columns) == (MAX_PARTICLES, len(WORDS)):
        return WORDS, ("columns are taken as pt, eta, phi, as in the official files",)
    if array.name == "X" and columns == len(ENERGYFLOW) and _has_kinds(array, rows):
        return ENERGYFLOW, (f"columns are taken as EnergyFlow's {', '.join(ENERGYFLOW)}",)
    raise InputError(
        f"{foreign.file}: {array.name} {array.shape} has {columns} numbers for each particle; say"
        " by --columns what they are, such as pt,eta,phi or pt,y,phi,pid or px,py,pz,e"
    )


def _has_kinds(array: Stored, rows: Rows) -> bool:
    """Whether the last column holds PDG numbers, of which some are not 0."""
    step = max(1, min(ROWS, BYTES // (8 * prod(array.shape[1:]))))
    kinds = np.unique(np.abs(rows(0, min(step, array.shape[0]))[..., -1]))
    return bool(kinds.any() and np.isin(kinds, list(STABLE)).all())


def _variables(foreign: Foreign, names: tuple[str, ...]) -> Variables:
    which = variables([name for name in names if name != UNUSED])
    if which is None:
        raise InputError(
            f"{foreign.file}: columns {', '.join(names)}, wanted pt, eta, phi or pt, y, phi or px,"
            " py, pz among them"
        )
    return which
