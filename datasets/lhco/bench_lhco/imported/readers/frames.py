"""Frames in pandas' table format: rows of an HDF5 table, whose columns lie in blocks by type.

The names of a block's columns are kept as a pickled list, which is never unpickled: it is read as a
text of a form so narrow that nothing but a list of words fits it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.files.layout import GROUP, TABLE, Rows, reading, safe_filters
from bench_lhco.files.objects import event_sets, has, left_out, objects, others
from bench_lhco.imported.readers.arrays import layout_of_arrays
from bench_lhco.imported.readers.hdf5 import (
    INDEX,
    at,
    frame_of_events,
    is_frame,
    searched,
    table_format,
)
from bench_lhco.imported.stream import ROWS, Columns, Foreign

if TYPE_CHECKING:
    import h5py
    import pyarrow as pa

FRAME = "frame"
"""What stands for a frame in the table format, whose columns say what layout it is."""
LIST = re.compile(rb"\(lp\d+\n(?:[VS][^\n]*\np\d+\na)*\.")
"""A list of words as Python 2 and 3 pickle it in their oldest way."""
WORD = re.compile(rb"[VS](?P<word>[^\n]*)\np\d+\na")
TAGGING = ("E", "PX", "PY", "PZ")
TAGGING_ENDS = (*(f"truth{part}" for part in TAGGING), "ttv", "is_signal_new")
"""The order of the columns of the top tagging reference, where the file does not tell it."""
BYTES = 2**25
"""Of rows that are read at once."""


def is_table(item: h5py.HLObject) -> bool:
    """Whether this is a frame in the table format, or its table, that says its columns."""
    import h5py

    table = _table_of(item)
    return isinstance(table, h5py.Dataset) and bool(_places(table))


def hdf5_layout(foreign: Foreign) -> str:
    """The layout of an HDF5 file: fixed or table, features, that of its arrays, or FRAME."""

    def layout(file: h5py.File) -> str:
        name = frame_of_events(file, foreign)
        items = [at(file, foreign)] if foreign.key is not None else list(objects(file))
        if foreign.key is None and name != f"/{GROUP}":
            _demand_alone([item.name for item in items if is_frame(item)], event_sets(file))
        if name is not None:
            return "table" if has(file[name], TABLE) else "fixed"
        return _of_items(items)

    def _demand_alone(frames: Sequence[str], events: Mapping[str, tuple[int, ...]]) -> None:
        if frames and events:
            listed = ", ".join(
                [*(f"{name} {shape}" for name, shape in events.items()), *frames[:5]]
            )
            raise InputError(
                f"{foreign.file}: wanted events or features, say by --key which; there is {listed}"
            )

    def _of_items(items: Sequence[h5py.HLObject]) -> str:
        if any(is_frame(item) for item in items):
            return "features"
        if any(is_table(item) for item in items):
            return FRAME
        unnamed = table_format(items)
        if unnamed and not any(map(_may_be_events, items)):
            raise InputError(f"{foreign.file}: wanted events{unnamed}")
        return ""

    with searched(foreign, layout) as result:
        pass
    return result or layout_of_arrays(foreign)


def _may_be_events(item: h5py.HLObject) -> bool:
    import h5py

    if not isinstance(item, h5py.Dataset):
        return False
    names = item.dtype.names or ()
    return len(item.shape or ()) > 1 or (bool(names) and INDEX not in names)


def has_frame(foreign: Foreign) -> bool:
    """Whether an HDF5 file holds a frame in the table format, at the key if one is given."""

    def looked(file: h5py.File) -> bool:
        items = [at(file, foreign)] if foreign.key is not None else objects(file)
        return any(is_table(item) for item in items)

    with searched(foreign, looked) as result:
        return result


@contextmanager
def frame_columns(foreign: Foreign) -> Iterator[Columns]:
    """The columns of the only frame in the table format, or of that at the key.

    Raises:
        InputError: there is none, or several; or it is unwise to read.
    """
    import pyarrow as pa

    with searched(foreign, lambda file: _found(file, foreign)) as (table, rows, places, notes):
        kinds = {name: table.dtype[block].base for name, (block, _) in places.items()}
        fields = [
            pa.field(name, pa.string() if kind.kind == "S" else pa.from_numpy_dtype(kind))
            for name, kind in kinds.items()
        ]
        events = int(table.shape[0])
        step = max(1, min(ROWS, BYTES // table.dtype.itemsize))

        def batches(names: Sequence[str], _: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
            for first in range(0, events, step):
                block = rows(first, min(first + step, events))
                yield pa.record_batch(
                    [pa.array(_column(block, places[name])) for name in names], names=list(names)
                )

        yield Columns(foreign.file, pa.schema(fields), events, batches, notes)


def _found(
    file: h5py.File, foreign: Foreign
) -> tuple[h5py.Dataset, Rows, dict[str, tuple[str, int | None]], tuple[str, ...]]:
    items = [at(file, foreign)] if foreign.key is not None else list(objects(file))
    tables = {table.name: table for item in items if (table := _table_of(item)) is not None}
    named = {name: table for name, table in tables.items() if _places(table)}
    if len(named) != 1:
        listed = ", ".join(list(named)[:5]) or "none"
        how = ", say by --key which one" if named else ""
        raise InputError(
            f"{foreign.file}: wanted one frame{how}; there is {listed}{table_format(items)}"
        )
    (table,) = named.values()
    if not table.shape[0]:
        raise InputError(f"{foreign.file}: {table.name} has no events, wanted at least one")
    safe_filters(table, foreign.file)
    beside = (
        () if foreign.key is not None else left_out(others(file, table.name.rpartition("/")[0]))
    )
    return table, reading(table, foreign.file), _places(table), beside


def _table_of(item: h5py.HLObject) -> h5py.Dataset | None:
    """The table of a frame, or this itself if it is one."""
    import h5py

    if isinstance(item, h5py.Group) and has(item, TABLE):
        item = item[TABLE]
    fits = isinstance(item, h5py.Dataset) and item.ndim == 1 and INDEX in (item.dtype.names or ())
    return item if fits else None


def _places(table: h5py.Dataset) -> dict[str, tuple[str, int | None]]:
    """The field of each column, and which of its values it is; empty where nothing tells names."""
    blocks = {name: table.dtype[name] for name in table.dtype.names or () if name != INDEX}
    if any(kind.base.kind not in "fiubS" or len(kind.shape) > 1 for kind in blocks.values()):
        return {}
    widths = {name: kind.shape[0] if kind.shape else None for name, kind in blocks.items()}
    places: dict[str, tuple[str, int | None]] = {}
    for block, width in widths.items():
        if width is None:
            places[block] = (block, None)
            continue
        names = _names(table, block)
        if len(names) != width:
            return _of_tagging(widths)
        places |= {name: (block, place) for place, name in enumerate(names)}
    return places if len(places) == sum(width or 1 for width in widths.values()) else {}


def _names(table: h5py.Dataset, block: str) -> list[str]:
    """The names of a block's columns as pandas noted them; none where it is anything else."""
    key = f"{block}_kind"
    if key not in table.attrs or table.attrs.get_id(key).dtype.kind not in "SV":
        return []
    said = table.attrs[key]
    said = said if isinstance(said, bytes) else bytes(said)
    if not LIST.fullmatch(said):
        return []
    words = [
        word.decode("raw-unicode-escape", errors="replace").strip("'")
        for word in WORD.findall(said)
    ]
    return words if len(set(words)) == len(words) else []


def _of_tagging(widths: dict[str, int | None]) -> dict[str, tuple[str, int | None]]:
    """The columns of the top tagging reference, if these are its blocks."""
    if len(widths) != 2 or list(widths.values())[1] != 2:
        return {}
    (floats, width), (integers, _) = widths.items()
    if width is None or width < 2 * len(TAGGING) or width % len(TAGGING):
        return {}
    particles = [f"{part}_{i}" for i in range(width // len(TAGGING) - 1) for part in TAGGING]
    names = (*particles, *TAGGING_ENDS)
    return {
        name: (floats, place) if place < width else (integers, place - width)
        for place, name in enumerate(names)
    }


def _column(block: np.ndarray, place: tuple[str, int | None]) -> np.ndarray:
    field, number = place
    values = block[field] if number is None else block[field][:, number]
    return values.astype("U") if values.dtype.kind == "S" else np.ascontiguousarray(values)
