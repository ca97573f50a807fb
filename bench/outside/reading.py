"""Reads the table in a file of results, of whatever format, and no more of it than is used.

What a file says of its size is looked at before any value is read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import BenchError, InputError
from bench.data.real_scores import real_scores
from bench.outside.tool_files import ARRAYS, ROOT, as_scores, is_used, read_arrays, read_root

if TYPE_CHECKING:
    import pandas as pd

PARQUET, TEXT = (".parquet", ".pq"), (".csv", ".tsv", ".txt")
"""What the names of files end in; the cells of the latter are text."""
MOST_ROWS = 1_400_000
"""Rows of a file; the largest dataset has 1.1 million events, and more would take above 1 GB."""
MOST_COLUMNS = 1000
LONGEST = 10_000
"""Characters of a cell; of a line of text ten times as many."""


def frames_in(file: Path) -> Iterator[pd.DataFrame]:
    """The one table in a file, as `frame_in` reads it."""
    yield frame_in(file)


def frame_in(file: Path) -> pd.DataFrame:
    """The table in a file, every cell of a CSV file as text.

    Raises:
        InputError: one in no format that is read, or with more than there can be.
    """
    try:
        frame = _read(file)
    except (BenchError, MemoryError, ModuleNotFoundError):
        raise
    except Exception as error:  # whatever a damaged file makes a library raise
        reason = " ".join(str(error).split())[:100]
        raise InputError(f"{file}: cannot be read as {file.suffix[1:]}: {reason}") from error
    if frame.empty:
        raise InputError(f"{file}: no rows")
    demand_few(file, len(frame), len(frame.columns))
    frame.columns = [str(name).strip() for name in frame.columns]
    if twice := sorted({name for name in frame.columns if list(frame.columns).count(name) > 1}):
        raise InputError(f"{file}: column {twice[0]!r} is there twice")
    frame = as_scores(file, frame)
    if "score" in frame and file.suffix.lower() not in TEXT:  # cells of text are numbers in text
        frame = frame.assign(score=real_scores(frame["score"], f"{file}: scores"))
    return frame


def demand_few(file: Path, rows: int, columns: int) -> None:
    """Refuse more rows or columns than results can have.

    Raises:
        InputError: how many there are.
    """
    for what, count, most in (("rows", rows, MOST_ROWS), ("columns", columns, MOST_COLUMNS)):
        if count > most:
            raise InputError(f"{file}: {count} {what}, wanted at most {most}")


def _read(file: Path) -> pd.DataFrame:
    """The table in a file by what its name ends in."""
    ending = file.suffix.lower()
    if ending in PARQUET:
        return _parquet(file)
    if ending in ARRAYS:
        return read_arrays(file, MOST_ROWS)
    if ending == ROOT:
        return read_root(file, MOST_ROWS)
    if ending not in TEXT:
        raise InputError(f"{file}: wanted .csv, .tsv, .parquet, .npy, .npz or .root")
    return _text(file, "\t" if ending == ".tsv" else ",")


def _parquet(file: Path) -> pd.DataFrame:
    """The columns of a Parquet file that are used, its rows counted before they are read."""
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetFile(file, pre_buffer=False) as opened:
        held = opened.metadata
        demand_few(file, held.num_rows, held.num_columns)
        schema = opened.schema_arrow
        names = [name for name in schema.names if is_used(name)]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"{file}: column {twice!r} is there twice")
        tables: list[Any] = []
        size = 0
        for batch in opened.iter_batches(65536, columns=names, use_threads=False):
            size += batch.nbytes
            if size > 200 * (held.num_rows + 1000):
                raise InputError(f"{file}: more than 200 bytes for each event, wanted one score")
            tables.append(batch)
    # what is not used is not read, as it may be of any size
    whole = pa.Table.from_batches(tables, pa.schema([schema.field(name) for name in names]))
    frame: pd.DataFrame = whole.to_pandas()
    return frame


def _text(file: Path, sign: str) -> pd.DataFrame:
    """A table of text, all of it as text."""
    import pandas as pd

    comments = _looked_over(file, sign)
    return pd.read_csv(file, sep=sign, dtype=str, keep_default_na=False, skiprows=comments)


def _looked_over(file: Path, sign: str) -> int:
    """The lines at the top that begin with #, which say where the rest comes from.

    Raises:
        InputError: too many or too long lines, or too many columns.
    """
    with file.open("rb") as stream:
        top = takewhile(lambda line: line.startswith(b"#"), _lines(file, stream))
        comments = sum(1 for _ in top)
        stream.seek(0)
        lines = _lines(file, stream)
        for _ in range(comments):
            next(lines)
        heading = next(lines, b"")
        demand_few(file, 0, heading.count(sign.encode()) + 1)
        quotes, rows = heading.count(b'"'), 0
        for line in lines:
            rows += 1
            quotes += line.count(b'"')
            if rows > MOST_ROWS:
                break
        demand_few(file, rows, 0)
        if quotes % 2:
            raise InputError(f"{file}: a quotation mark that is not closed")
    return comments


def _lines(file: Path, stream: io.BufferedReader[Any]) -> Any:
    """The lines of a stream, none of them longer than a line of results is."""
    while line := stream.readline(10 * LONGEST):
        if len(line) == 10 * LONGEST:
            raise InputError(f"{file}: a line of {len(line)} bytes or more, wanted a shorter one")
        yield line
