"""Files of columns, whoever wrote them: what each holds for an event, and the events in batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench_lhco.imported.readers.parquet import is_parquet, parquet_columns
from bench_lhco.imported.readers.root import is_root, tree_columns
from bench_lhco.imported.readers.text import text_columns
from bench_lhco.imported.stream import Columns, Foreign

if TYPE_CHECKING:
    pass


@contextmanager
def opened_columns(foreign: Foreign) -> Iterator[Columns]:
    """The columns of a file of Parquet, ROOT or text, while it is open.

    Raises:
        InputError: what is wrong with the file.
    """
    ways = {is_parquet: parquet_columns, is_root: tree_columns}
    way = next((way for fits, way in ways.items() if fits(foreign.file)), text_columns)
    with way(foreign) as columns:
        yield columns
