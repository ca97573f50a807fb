"""Files of columns, whoever wrote them: what each holds for an event, and the events in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from bench_lhco.imported.readers.frames import frame_columns, has_frame
from bench_lhco.imported.readers.hdf5 import is_hdf5
from bench_lhco.imported.readers.named import array_columns
from bench_lhco.imported.readers.npy import is_npy, is_npz
from bench_lhco.imported.readers.parquet import is_parquet, parquet_columns
from bench_lhco.imported.readers.root import is_root, tree_columns
from bench_lhco.imported.readers.text import text_columns
from bench_lhco.imported.stream import Columns, Foreign

Way = Callable[[Foreign], AbstractContextManager[Columns]]


@contextmanager
def opened_columns(foreign: Foreign) -> Iterator[Columns]:
    """The columns of a file of Parquet, ROOT, HDF5, NumPy or text, while it is open.

    Raises:
        InputError: what is wrong with the file.
    """
    with _way(foreign)(foreign) as columns:
        yield columns


def _way(foreign: Foreign) -> Way:
    if is_parquet(foreign.file):
        return parquet_columns
    if is_root(foreign.file):
        return tree_columns
    if is_hdf5(foreign.file):
        return frame_columns if has_frame(foreign) else array_columns
    if is_npy(foreign.file) or is_npz(foreign.file):
        return array_columns
    return text_columns
