"""Columns of text: CSV, and what is parted by semicolons, tabs or blanks; packed too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

from bench_lhco.imported.readers.lines import BLANKS, Body
from bench_lhco.imported.readers.packed import unpacked
from bench_lhco.imported.readers.parquet import arrow_errors
from bench_lhco.imported.readers.separators import Form, looked_at
from bench_lhco.imported.stream import Columns, Foreign

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 2**20  # bytes
EMPTY = ("", "NA", "N/A", "nan", "NaN", "null")
"""How a text file says that a cell is empty."""


@contextmanager
def text_columns(foreign: Foreign) -> Iterator[Columns]:
    """The columns of a text file."""
    import pyarrow as pa

    with unpacked(foreign.file) as stream:
        form = looked_at(foreign, stream)
    units = form.units
    fields = [
        pa.field(name, pa.float64(), metadata={"unit": units[name]} if name in units else None)
        for name in form.names
    ]

    def batches(used: Sequence[str], words: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        types = {name: pa.string() if name in words else pa.float64() for name in used}
        return _batches(foreign, form, types)

    yield Columns(foreign.file, pa.schema(fields), None, batches, form.notes)


def _batches(
    foreign: Foreign, form: Form, types: Mapping[str, pa.DataType]
) -> Iterator[pa.RecordBatch]:
    import pyarrow.csv as arrow_csv

    path = foreign.file
    with unpacked(path) as stream, arrow_errors(path):
        stream.read(form.start)
        body = Body(stream, form.delimiter == BLANKS)
        reader = arrow_csv.open_csv(
            cast("IO[bytes]", body),
            arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=form.names),
            arrow_csv.ParseOptions(delimiter=form.delimiter.replace(BLANKS, "\t")),
            arrow_csv.ConvertOptions(
                column_types=dict(types),
                include_columns=list(types),
                null_values=EMPTY,
                strings_can_be_null=True,
                decimal_point=form.decimal,
            ),
        )
        yield from reader
