"""Columns of text files, CSV and the like."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.files.layout import first_line
from bench_lhco.imported.readers.parquet import arrow_errors
from bench_lhco.imported.stream import Columns, Foreign

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

BLOCK = 2**20  # bytes
ECSV = re.compile(r"\{name: (?P<name>[^,}]+), unit: (?P<unit>[^,}]+)")
"""How a comment before the names tells a unit."""
EMPTY = ("", "NA", "N/A", "nan", "NaN", "null")
"""How a CSV file says that a cell is empty."""


@contextmanager
def text_columns(foreign: Foreign) -> Iterator[Columns]:
    """The columns of a text file."""
    import pyarrow as pa

    lines, delimiter, names, units = _header(foreign.file)
    fields = [
        pa.field(name, pa.float64(), metadata={"unit": units[name]} if name in units else None)
        for name in names
    ]

    def batches(used: Sequence[str], words: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        types = {name: pa.string() if name in words else pa.float64() for name in used}
        return _batches(foreign.file, lines, delimiter, names, types)

    yield Columns(foreign.file, pa.schema(fields), None, batches)


def _batches(
    path: Path,
    lines: int,
    delimiter: str,
    names: Sequence[str],
    types: Mapping[str, pa.DataType],
) -> Iterator[pa.RecordBatch]:
    import pyarrow.csv as arrow_csv

    with arrow_errors(path):
        reader = arrow_csv.open_csv(
            path,
            arrow_csv.ReadOptions(
                use_threads=False, block_size=BLOCK, skip_rows=lines, column_names=names
            ),
            arrow_csv.ParseOptions(delimiter=delimiter),
            arrow_csv.ConvertOptions(
                column_types=dict(types),
                include_columns=list(types),
                null_values=EMPTY,
                strings_can_be_null=True,
            ),
        )
    while True:
        with arrow_errors(path):
            batch = next(reader, None)
        if batch is None:
            return
        yield batch


def _header(path: Path) -> tuple[int, str, list[str], dict[str, str]]:
    """How many lines there are up to the names and with them, what is between names, the names.

    Then the units that comments before them say, as astropy writes them.
    """
    passed, line, units = 0, "", {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for line in stream:
                if line.strip() and not line.startswith("#"):
                    break
                passed += 1
                if match := ECSV.search(line):
                    units[match["name"]] = match["unit"]
            else:
                line = ""
            delimiter = max(",;\t", key=line.count)
            reader = csv.reader(chain([line], stream), delimiter=delimiter)
            names = [name.strip() for name in next(reader, [])]
    except (UnicodeDecodeError, csv.Error) as e:
        why = "not text in UTF-8" if isinstance(e, UnicodeDecodeError) else first_line(e)
        raise InputError(f"{path}: {why}, wanted CSV with a line of names") from e
    if not any(names):
        raise InputError(f"{path}: wanted a line with the names of the columns, there is none")
    if all(_is_number(name) for name in names):
        raise InputError(f"{path}: the first line has numbers, wanted the names of the columns")
    return passed + reader.line_num, delimiter, names, units


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
