"""Arrays of an HDF5 file, not yet read, but for those of pandas' frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.files.layout import FIXED, Rows, member, reading, safe_filters
from bench_lhco.files.objects import MOST, has, objects
from bench_lhco.imported.readers.hdf5 import INDEX, at, attributed, table_format
from bench_lhco.imported.readers.npy import Stored
from bench_lhco.imported.stream import Foreign

if TYPE_CHECKING:
    import h5py


def hdf5_arrays(file: h5py.File, foreign: Foreign) -> tuple[list[Stored], str | None]:
    """The arrays of an HDF5 file, and which is at the key: its neighbours are the others then."""
    import h5py

    if foreign.key is None:
        items = list(objects(file))
        arrays = [item for item in items if isinstance(item, h5py.Dataset)]
        key = None
    else:
        array = at(file, foreign)
        if isinstance(array, h5py.Group) and has(array, FIXED):
            array = member(array, FIXED, h5py.Dataset, foreign.file)
        if not isinstance(array, h5py.Dataset):
            raise InputError(
                f"{foreign.file}: {array.name} is no array, wanted one of events"
                f"{table_format([array])}"
            )
        key, arrays = array.name, [array, *_neighbours(array)]
    return [_stored(item, foreign) for item in arrays if not _is_frame(item)], key


def _neighbours(array: h5py.Dataset) -> Iterator[h5py.Dataset]:
    """The other datasets of its group, those behind hard links."""
    import h5py

    group = array.parent
    for name in list(group)[:MOST]:
        if has(group, name) and isinstance(item := group[name], h5py.Dataset) and item != array:
            yield item


def _is_frame(item: h5py.Dataset) -> bool:
    """Whether this is the table of a frame of pandas, which is none of named columns."""
    return INDEX in (item.dtype.names or ())


def _stored(item: h5py.Dataset, foreign: Foreign) -> Stored:
    def opened() -> Rows:
        safe_filters(item, foreign.file)
        return reading(item, foreign.file)

    return Stored(
        item.name, item.shape or (), item.dtype, opened, lambda names: attributed(item, names)
    )
