"""Foreign tables of results: read into plain columns and nothing else, whatever wrote them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import InputError, did_you_mean
from bench.outside.reading import frames_in
from bench.outside.tool_files import demand_readable
from bench.storage.isolated import ReadLimits, isolated

if TYPE_CHECKING:
    import pandas as pd

MOST = 1_000_000_000
"""Bytes of a file of results."""
LIMITS = ReadLimits(
    what="a file of results",
    memory=700 * 2**20,
    seconds=9,
    wait=120,
    modules=("bench.outside.preloaded",),
)
"""Of the process that reads one."""
EVENT, INDEX = "event", "index"
"""The columns that say which event a line is of: its id, or its place in the dataset's file."""
SAMPLE = "sample"
"""The column that says what the event of a line is for."""
ROLES = ("evaluated", "valid", "train")
"""What it may say, as `bench data export` does."""


def read_frame(file: Path) -> pd.DataFrame:
    """The table in a file, every cell of a CSV file as text.

    It is read in a child process with limits, once for a file that stays as it is.

    Raises:
        InputError: no such file, one too large, one in no format that is read, or one that takes
            too much memory or time.
    """
    try:
        state = file.stat()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from error
    if state.st_size > MOST:
        raise InputError(f"{file}: {state.st_size} bytes; wanted at most {MOST}")
    if not file.is_file():
        raise InputError(f"{file} is not a file")
    if not os.access(file, os.R_OK):
        raise InputError(f"{file}: Permission denied")
    import pandas as pd  # noqa: F401  what is not installed is said here, not in the child

    demand_readable(file)
    same = (state.st_ino, state.st_size, state.st_mtime_ns)
    return _read_once(file.absolute(), file, same).copy()


@lru_cache(maxsize=2)
def _read_once(_: Path, file: Path, __: tuple[int, ...]) -> pd.DataFrame:
    (frame,) = isolated(frames_in, file, limits=LIMITS)
    return frame


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
