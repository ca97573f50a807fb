"""Parquet files as Arrow reads them, batch by batch; its errors in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.files.layout import MAX_RATIO, first_line
from bench_lhco.imported.divided import plain
from bench_lhco.imported.stream import ROWS, Columns, Foreign

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.parquet as pq
    from numpy.typing import NDArray

TRUTHS = {"true": "1", "false": "0", "signal": "1", "background": "0"}
"""Labels in words, in small letters."""
MAGIC = b"PAR1"
NO_NUMBER = re.compile(
    r"CSV column #(?P<column>\d+).*conversion error to double: invalid value '(?P<cell>[^']*)'"
)
"""What Arrow says of a cell of text that is no number."""
BUFFER = 2**20  # bytes


def is_parquet(path: Path) -> bool:
    """Whether a file begins as Parquet does."""
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


@contextmanager
def arrow_errors(path: Path) -> Iterator[None]:
    """What is inside; what Arrow finds wrong with the file becomes an InputError."""
    import pyarrow as pa

    try:
        yield
    except pa.ArrowMemoryError as e:
        raise MemoryError from e
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as e:
        if match := NO_NUMBER.search(str(e)):
            raise InputError(
                f"{path}: column {int(match['column']) + 1} holds {match['cell'].strip()!r:.40},"
                " wanted numbers; --without-column NAME leaves a column out"
            ) from e
        raise InputError(f"{path}: damaged or not readable ({first_line(e)[:120]})") from e


@contextmanager
def opened_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """A Parquet file, opened.

    Raises:
        InputError: no Parquet file, one without events, or one that declares absurdly many.
    """
    import pyarrow.parquet as pq

    with arrow_errors(path):
        file = pq.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER)
    with file:
        events, size = file.metadata.num_rows, path.stat().st_size
        if not 0 < events <= MAX_RATIO * size:
            raise InputError(
                f"{path}: declares {events} events in {size} bytes,"
                f" wanted 1 to {MAX_RATIO} for each byte"
            )
        yield file


@contextmanager
def parquet_columns(foreign: Foreign) -> Iterator[Columns]:
    """The columns of a Parquet file."""
    with opened_parquet(foreign.file) as file:

        def batches(names: Sequence[str], _: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
            return _batches(file, foreign.file, names)

        yield Columns(foreign.file, file.schema_arrow, file.metadata.num_rows, batches)


def _batches(file: pq.ParquetFile, path: Path, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The events of a file, some at a time."""
    # a name with a point would be taken for a path, so that all columns are read then
    plain = None if any("." in name or not name for name in names) else list(names)
    remaining = file.iter_batches(ROWS, columns=plain, use_threads=False)
    while True:
        with arrow_errors(path):
            batch = next(remaining, None)
            if batch is None:
                return
            batch = batch.select(list(names))
        yield batch


def stated_units(fields: Iterable[pa.Field]) -> dict[str, str]:
    """The units that the metadata of fields say, by name."""
    units = {}
    for field in fields:
        said = {k.decode(errors="replace").lower(): v for k, v in (field.metadata or {}).items()}
        unit = said.get("unit") or said.get("units")
        if unit and unit.strip():
            units[field.name] = unit.decode(errors="replace").strip()
    return units


def cells(values: pa.Array) -> NDArray[np.str_]:
    """Plain values as words: (n,); an empty one where there is none."""
    return np.array([plain(value) for value in values.to_pylist()], dtype=np.str_)


def numbers(path: Path, name: str, values: pa.Array) -> NDArray[np.float64]:
    """Plain values as numbers: (n,); NaN where there is none.

    Raises:
        InputError: they are no numbers.
    """
    import pyarrow as pa

    kind = values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise InputError(f"{path}: column {name!r} holds {kind!s:.40}, wanted numbers")
    if pa.types.is_boolean(kind):
        values = values.cast(pa.uint8())
    converted: NDArray[np.float64] = values.cast(pa.float64(), safe=False).to_numpy(
        zero_copy_only=False
    )
    return converted


def label_numbers(path: Path, name: str, values: pa.Array) -> NDArray[np.float64]:
    """Labels as numbers: (n,); of numbers, or of words as pandas writes truths."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        words = pc.utf8_trim_whitespace(values)
        small = pc.utf8_lower(words)
        for word, number in TRUTHS.items():
            words = pc.if_else(pc.equal(small, word), number, words)
        try:
            values = words.cast(pa.float64())
        except pa.ArrowInvalid as error:
            raise InputError(
                f"{path}: column {name!r:.60} holds {_no_number(words)!r:.40} as a label, wanted 0"
                " for background and 1 to 9 for signal, or the words background and signal; or"
                " --label-column says another column"
            ) from error
    return numbers(path, name, values)


def _no_number(words: pa.Array) -> str:
    """The first of some words that is no number."""
    for word in words.to_pylist():
        try:
            float(word or "nan")
        except ValueError:
            return str(word)
    return ""
