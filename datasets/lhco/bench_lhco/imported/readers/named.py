"""Features in arrays: with names of their own, or with those that the user gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError, RequestError
from bench_lhco.imported.columns import label_among
from bench_lhco.imported.readers.arrays import NUMBERS, Bag, Beside, are_features, opened_arrays
from bench_lhco.imported.readers.npy import Stored
from bench_lhco.imported.stream import ROWS, Columns, Foreign

if TYPE_CHECKING:
    import pyarrow as pa

BYTES = 2**25
"""Of rows that are read at once."""


@contextmanager
def array_columns(foreign: Foreign) -> Iterator[Columns]:
    """The columns of an array of features, and its labels and splits that lie beside it.

    Raises:
        InputError: what the file lacks.
        RequestError: names from the user where the array has its own.
    """
    import pyarrow as pa

    with opened_arrays(foreign) as (arrays, key):
        if key is None and are_features(foreign, arrays):
            yield _each(foreign, arrays)
            return
        bag = _bag(foreign, arrays, key)
        array = bag.events
        names = _names(foreign, array)
        rows, beside = array.opened(), bag.beside(foreign)
        more = _beside_names(foreign, bag, names)
        units = array.attributed(names)
        fields = [
            pa.field(name, pa.float64(), metadata={"unit": units[name]} if name in units else None)
            for name in (*names, *more)
        ]
        events = array.shape[0]
        step = max(1, min(ROWS, BYTES // max(1, array.dtype.itemsize * len(names))))

        def batches(used: Sequence[str], _: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
            for first in range(0, events, step):
                last = min(first + step, events)
                block = rows(first, last)
                columns = [
                    _beside(beside, more[name], first, last)
                    if name in more
                    else _column(foreign, array, block, names, name)
                    for name in used
                ]
                yield pa.record_batch([pa.array(c) for c in columns], names=list(used))

        yield Columns(foreign.file, pa.schema(fields), events, batches, bag.notes)


def _each(foreign: Foreign, arrays: Sequence[Stored]) -> Columns:
    """The columns of arrays that are a feature each."""
    import pyarrow as pa

    by_name, (events,) = {array.last: array for array in arrays}, arrays[0].shape
    fields = []
    for name, array in by_name.items():
        unit = array.attributed([name]).get(name)
        fields.append(pa.field(name, pa.float64(), metadata={"unit": unit} if unit else None))

    def batches(used: Sequence[str], _: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        rows = {name: by_name[name].opened() for name in used}
        for first in range(0, events, ROWS):
            last = min(first + ROWS, events)
            read = [_plain(foreign, name, rows[name](first, last)) for name in used]
            yield pa.record_batch([pa.array(values) for values in read], names=list(used))

    return Columns(foreign.file, pa.schema(fields), events, batches)


def _bag(foreign: Foreign, arrays: Sequence[Stored], key: str | None) -> Bag:
    """The arrays; where a column is the label, no other one is, nor the split."""
    names = _names_of(foreign, arrays, key)
    inner = Foreign(
        foreign.file,
        key=foreign.key,
        columns=foreign.columns,
        label=None if foreign.label in names else foreign.label,
        split=None if foreign.split in names else foreign.split,
        without=tuple(name for name in foreign.without if name not in names),
    )
    return Bag.of(inner, arrays, key)


def _names_of(foreign: Foreign, arrays: Sequence[Stored], key: str | None) -> Sequence[str]:
    named = [a for a in arrays if a.dtype.names and (key is None or a.name == key)]
    return [*foreign.columns, *(name for array in named for name in array.dtype.names or ())]


def _names(foreign: Foreign, array: Stored) -> Sequence[str]:
    """The names of the columns."""
    if array.dtype.names:
        if foreign.columns:
            raise RequestError(
                f"--columns: {array.name} of {foreign.file} names its columns itself"
            )
        return list(array.dtype.names)
    width = array.shape[1] if len(array.shape) == 2 else 0
    if not width or not array.shape[0]:
        raise InputError(
            f"{foreign.file}: {array.name} has the shape {array.shape}, wanted (events, columns)"
        )
    if not foreign.columns:
        raise InputError(
            f"{foreign.file}: {array.name} {array.shape} does not name its {width} columns; say"
            " them by --columns"
        )
    if len(foreign.columns) != width:
        raise InputError(
            f"{foreign.file}: {array.name} has {width} columns, --columns names"
            f" {len(foreign.columns)}, wanted as many"
        )
    return foreign.columns


def _beside_names(foreign: Foreign, bag: Bag, names: Sequence[str]) -> dict[str, str]:
    """What the labels and splits beside the array are called as columns."""
    more = {}
    if bag.label is not None:
        if (own := label_among(Foreign(foreign.file, without=foreign.without), names)) is not None:
            raise InputError(
                f"{foreign.file}: column {own!r} and array {bag.label.name} are labels, wanted one;"
                f" --without-column leaves one out"
            )
        more[foreign.label or "label"] = "label"
    if bag.split is not None and foreign.split is not None:
        more[foreign.split] = "split"
    return more


def _beside(beside: Beside, what: str, first: int, last: int) -> np.ndarray:
    read = beside.labels(first, last) if what == "label" else beside.splits(first, last)
    return np.asarray(read)


def _column(
    foreign: Foreign, array: Stored, block: np.ndarray, names: Sequence[str], name: str
) -> np.ndarray:
    named = array.dtype.names is not None
    return _plain(foreign, name, block[name] if named else block[:, list(names).index(name)])


def _plain(foreign: Foreign, name: str, values: np.ndarray) -> np.ndarray:
    """A column as numbers, or as words."""
    if values.dtype.kind in "SU" and values.ndim == 1:  # the split, or a label in words
        return values.astype("U")
    if values.dtype.kind not in NUMBERS or values.ndim != 1:
        raise InputError(
            f"{foreign.file}: column {name!r:.60} holds {values.dtype!s:.40} of shape"
            f" {values.shape[1:]}, wanted a number"
        )
    return np.asarray(values.astype(np.float64))
