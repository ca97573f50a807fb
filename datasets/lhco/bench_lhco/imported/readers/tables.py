"""Features in flat tables: CSV, and Parquet with a number a cell."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.imported.columns import Chosen
from bench_lhco.imported.readers.parquet import (
    arrow_errors,
    batches,
    is_parquet,
    numbers,
    opened_parquet,
)
from bench_lhco.imported.stream import Foreign, Head, Slice

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

BLOCK = 2**20  # bytes
EMPTY = ("", "NA", "N/A", "nan", "NaN", "null")
"""How a CSV file says that a cell is empty."""


def read_table(foreign: Foreign) -> Iterator[Head | Slice]:
    """The features of a flat table in the order of its columns."""
    yield from _parquet(foreign) if is_parquet(foreign.file) else _csv(foreign)


def _parquet(foreign: Foreign) -> Iterator[Head | Slice]:
    with opened_parquet(foreign.file) as file:
        names = file.schema_arrow.names
        chosen = Chosen.of(foreign.file, names)
        yield Head("csv", chosen.columns, file.metadata.num_rows, notes=chosen.notes)
        for batch in batches(file, foreign.file):
            yield chosen.slice(_table(foreign.file, names, batch))


def _csv(foreign: Foreign) -> Iterator[Head | Slice]:
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    comments, delimiter, names = _header(foreign.file)
    chosen = Chosen.of(foreign.file, [name.strip() for name in names])
    with arrow_errors(foreign.file):
        found = arrow_csv.open_csv(
            foreign.file,
            arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK, skip_rows=comments),
            arrow_csv.ParseOptions(delimiter=delimiter),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.float64()), null_values=EMPTY
            ),
        )
    yield Head("csv", chosen.columns, notes=chosen.notes)
    while True:
        with arrow_errors(foreign.file):
            batch = next(found, None)
        if batch is None:
            return
        yield chosen.slice(_table(foreign.file, names, batch))


def _header(path: Path) -> tuple[int, str, list[str]]:
    """How many lines of comments come first, what is between the names, and the names."""
    comments = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            while (line := stream.readline(BLOCK)).startswith("#"):
                comments += 1
    except UnicodeDecodeError as e:
        raise InputError(f"{path}: not text in UTF-8, wanted CSV with a line of names") from e
    delimiter = max(",;\t", key=line.count)
    names = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
    if all(_is_number(name) for name in names):
        raise InputError(f"{path}: the first line has numbers, wanted the names of the columns")
    return comments, delimiter, names


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _table(path: Path, names: Sequence[str], batch: pa.RecordBatch) -> NDArray[np.float64]:
    """All columns as numbers: (n, columns); NaN where a cell is empty."""
    named = zip(names, batch.columns, strict=True)
    columns = [numbers(path, name, column) for name, column in named]
    return np.stack(columns, axis=1)
