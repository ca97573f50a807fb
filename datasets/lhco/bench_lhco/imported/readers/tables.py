"""Features in flat tables: CSV, and Parquet with a number a cell."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.files.layout import first_line
from bench_lhco.imported.columns import Chosen
from bench_lhco.imported.readers.parquet import (
    arrow_errors,
    batches,
    cells,
    is_parquet,
    numbers,
    opened_parquet,
    stated_units,
)
from bench_lhco.imported.stream import Foreign, Head, Slice

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

BLOCK = 2**20  # bytes
ECSV = re.compile(r"\{name: (?P<name>[^,}]+), unit: (?P<unit>[^,}]+)")
"""How a comment before the names tells a unit."""
EMPTY = ("", "NA", "N/A", "nan", "NaN", "null")
"""How a CSV file says that a cell is empty."""


def read_table(foreign: Foreign) -> Iterator[Head | Slice]:
    """The features of a flat table in the order of its columns."""
    yield from _parquet(foreign) if is_parquet(foreign.file) else _csv(foreign)


def _parquet(foreign: Foreign) -> Iterator[Head | Slice]:
    with opened_parquet(foreign.file) as file:
        names = file.schema_arrow.names
        chosen = Chosen.of(foreign, names, stated_units(file.schema_arrow))
        events = file.metadata.num_rows
        yield Head("csv", chosen.columns, chosen.measures, events, notes=chosen.notes)
        for batch in batches(file, foreign.file):
            yield _slice(foreign.file, names, batch.columns, chosen)


def _csv(foreign: Foreign) -> Iterator[Head | Slice]:
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    lines, delimiter, names, units = _header(foreign.file)
    chosen = Chosen.of(foreign, names, units)
    types = {
        name: pa.float64() if place in chosen.features else pa.string()
        for place, name in enumerate(names)
    }
    with arrow_errors(foreign.file):
        reader = arrow_csv.open_csv(
            foreign.file,
            arrow_csv.ReadOptions(
                use_threads=False, block_size=BLOCK, skip_rows=lines, column_names=names
            ),
            arrow_csv.ParseOptions(delimiter=delimiter),
            arrow_csv.ConvertOptions(
                column_types=types, null_values=EMPTY, strings_can_be_null=True
            ),
        )
    yield Head("csv", chosen.columns, chosen.measures, notes=chosen.notes)
    while True:
        with arrow_errors(foreign.file):
            batch = next(reader, None)
            if batch is None:
                return
            columns = batch.columns
            if chosen.label is not None:
                columns[chosen.label] = _numbered(columns[chosen.label])
        yield _slice(foreign.file, names, columns, chosen)


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


def _numbered(labels: pa.Array) -> pa.Array:
    """Labels as numbers, of numbers or of words as pandas writes truths."""
    import pyarrow as pa
    import pyarrow.compute as pc

    labels = pc.utf8_trim_whitespace(labels)
    for word, number in (("true", "1"), ("false", "0")):
        labels = pc.if_else(pc.equal(pc.utf8_lower(labels), word), number, labels)
    return labels.cast(pa.float64())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _slice(path: Path, names: Sequence[str], columns: Sequence[pa.Array], chosen: Chosen) -> Slice:
    """The slice that columns are; those that are left out need not hold numbers."""
    import pyarrow as pa

    used = {*chosen.features, chosen.label}
    blank = pa.array(np.zeros(len(columns[0])))
    table = [column if place in used else blank for place, column in enumerate(columns)]
    words = None if chosen.split is None else cells(columns[chosen.split])
    return chosen.slice(_table(path, names, table), words)


def _table(path: Path, names: Sequence[str], columns: Sequence[pa.Array]) -> NDArray[np.float64]:
    """All columns as numbers: (n, columns); NaN where a cell is empty."""
    named = zip(names, columns, strict=True)
    return np.stack([numbers(path, name, column) for name, column in named], axis=1)
