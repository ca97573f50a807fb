"""Foreign tables of results: read into plain columns and nothing else, whatever wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from bench.api.errors import InputError, did_you_mean
from bench.data.real_scores import real_scores
from bench.outside.tool_files import ARRAYS, ROOT, as_scores, read_arrays, read_root

if TYPE_CHECKING:
    import pandas as pd

MOST = 1_000_000_000
"""Bytes of a file of results."""
TEXT = (".csv", ".tsv", ".txt")
"""What the names of files end in whose cells are text."""
EVENT, INDEX = "event", "index"
"""The columns that say which event a line is of: its id, or its place in the dataset's file."""
SAMPLE = "sample"
"""The column that says what the event of a line is for."""
ROLES = ("evaluated", "valid", "train")
"""What it may say, as `bench data export` does."""


def read_frame(file: Path) -> pd.DataFrame:
    """The table in a file, every cell of a CSV file as text.

    Raises:
        InputError: no such file, one too large, or one in no format that is read.
    """
    try:
        size = file.stat().st_size
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from error
    if size > MOST:
        raise InputError(f"{file}: {size} bytes; wanted at most {MOST}")
    if not file.is_file():
        raise InputError(f"{file} is not a file")
    try:
        frame = _read(file)
    except (ValueError, OSError, EOFError, BadZipFile) as error:
        reason = " ".join(str(error).split())[:100]
        raise InputError(f"{file}: cannot be read as {file.suffix[1:]}: {reason}") from error
    if frame.empty:
        raise InputError(f"{file}: no rows")
    frame.columns = [str(name).strip() for name in frame.columns]
    if twice := sorted({name for name in frame.columns if list(frame.columns).count(name) > 1}):
        raise InputError(f"{file}: column {twice[0]!r} is there twice")
    frame = as_scores(file, frame)
    if "score" in frame and file.suffix.lower() not in TEXT:  # cells of text are numbers in text
        frame = frame.assign(score=real_scores(frame["score"], f"{file}: scores"))
    return frame


def _read(file: Path) -> pd.DataFrame:
    """The table in a file by what its name ends in."""
    import pandas as pd

    ending = file.suffix.lower()
    if ending in (".parquet", ".pq"):
        return pd.read_parquet(file)
    if ending in ARRAYS:
        return read_arrays(file)
    if ending == ROOT:
        return read_root(file)
    if ending not in TEXT:
        raise InputError(f"{file}: wanted .csv, .tsv, .parquet, .npy, .npz or .root")
    tab = "\t" if ending == ".tsv" else ","
    return pd.read_csv(file, sep=tab, dtype=str, keep_default_na=False, skiprows=_comments(file))


def _comments(file: Path) -> int:
    """Lines at the top that begin with `#`, which say where the rest comes from."""
    with file.open(encoding="utf-8") as stream:
        return sum(1 for _ in takewhile(lambda line: line.startswith("#"), stream))


def demand_columns(file: Path, frame: pd.DataFrame, needed: Iterable[str]) -> None:
    """Refuse a table that lacks a column.

    Raises:
        InputError: which one, and what there is instead.
    """
    for name in needed:
        if name not in frame:
            raise InputError(f"{file}: no column {name!r}; {did_you_mean(name, frame.columns)}")


def part_of(file: Path, frame: pd.DataFrame, role: str) -> pd.DataFrame:
    """The lines of a role, `evaluated`, `valid` or `train`, where a column says which those are.

    Raises:
        InputError: the column says something else, or no line is of evaluated events.
    """
    if SAMPLE not in frame:
        return frame
    said = frame[SAMPLE].astype(str).str.strip().replace("test", "evaluated")
    if strange := sorted(set(said) - set(ROLES)):
        raise InputError(f"{file}: sample {strange[0]!r}; wanted one of {', '.join(ROLES)}")
    part = frame[said == role]
    if role == "evaluated" and not len(part):
        raise InputError(f"{file}: no line whose sample is evaluated")
    return part


def has_valid(file: Path, frame: pd.DataFrame) -> bool:
    """Whether a file says of some of its lines that they are of the valid split."""
    return SAMPLE in frame and bool(len(part_of(file, frame, "valid")))
