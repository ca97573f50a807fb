"""How a text of columns is written: what parts the cells, the names, where the numbers begin."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench import InputError, RequestError
from bench_lhco.files.layout import first_line
from bench_lhco.imported.readers.lines import BLANKS, is_comment

if TYPE_CHECKING:
    import io
    from pathlib import Path

    from bench_lhco.imported.stream import Foreign

LONGEST = 2**20
"""Bytes of a line."""
LOOKED_AT = 2**18
"""Bytes behind the names that are looked at."""
ECSV = re.compile(r"\{name: (?P<name>[^,}]+), unit: (?P<unit>[^,}]+)")
"""How a comment before the names tells a unit."""
COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
POINT = re.compile(r"[+-]?\d*\.\d*([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Form:
    """How a text is written."""

    names: Sequence[str]
    """Of its columns."""
    delimiter: str
    start: int
    """Bytes before the first line of cells, the names among them."""
    decimal: str = "."
    units: dict[str, str] = field(default_factory=dict)
    """What comments say of the units, by column, as astropy writes them."""
    notes: tuple[str, ...] = ()


def looked_at(foreign: Foreign, stream: io.BufferedReader) -> Form:
    """How a text is written, by its first lines.

    Raises:
        InputError: no text of columns, no names, or numbers that can be read in two ways.
        RequestError: names from the user where the file has its own.
    """
    path = foreign.file
    lines = _Lines(stream, path)
    comments, units = [], {}
    line = ""
    for line in lines:
        if line.strip() and not line.startswith("#"):
            break
        comments.append(line)
        if match := ECSV.search(line):
            units[match["name"]] = match["unit"]
    else:
        line = ""
    passed = lines.passed - lines.last
    try:
        delimiter, first = _names(line, lines)
    except csv.Error as e:
        raise InputError(f"{path}: {first_line(e)}, wanted CSV with a line of names") from e
    names: Sequence[str] = first
    start = lines.passed
    below = stream.read(LOOKED_AT)
    if delimiter == "," and "," not in line and _blanks_part(line, below):
        delimiter, names = BLANKS, line.split()
    if not any(names):
        raise InputError(f"{path}: wanted a line with the names of the columns, there is none")
    notes: tuple[str, ...] = ()
    if all(_is_number(name) for name in names):
        below, start = line.encode() + below, passed
        names, notes = _given_names(foreign, comments, delimiter, len(names))
    elif foreign.columns:
        raise RequestError(f"--columns: {path} names its columns itself, {', '.join(names)[:80]}")
    decimal = "." if delimiter == "," else _decimal(path, below, delimiter)
    return Form(names, delimiter, start, decimal, units, notes)


class _Lines:
    """The lines of a stream as text, counting the bytes."""

    def __init__(self, stream: io.BufferedReader[Any], path: Path) -> None:
        self._stream, self._path = stream, path
        self.passed = self.last = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(LONGEST)
        if not raw:
            raise StopIteration
        if len(raw) == LONGEST:
            raise InputError(f"{self._path}: a line of {LONGEST} bytes or more, wanted a shorter")
        encoding = "utf-8" if self.passed else "utf-8-sig"
        self.passed, self.last = self.passed + len(raw), len(raw)
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as e:
            raise InputError(
                f"{self._path}: not text in UTF-8, wanted CSV with a line of names"
            ) from e


def _names(line: str, rest: Iterator[str]) -> tuple[str, list[str]]:
    """What parts the cells of the first line, and the cells; more lines, where a quote goes on."""
    delimiter = max(",;\t|", key=line.count)
    for other in ";\t|":
        if other in line and all(_is_number(cell) for cell in line.split(other)):
            delimiter = other  # and commas are decimal ones
    reader = csv.reader(_chained(line, rest), delimiter=delimiter)
    return delimiter, [name.strip() for name in next(reader, [])]


def _chained(line: str, rest: Iterator[str]) -> Iterator[str]:
    yield line
    yield from rest


def _blanks_part(line: str, below: bytes) -> bool:
    """Whether blanks part the cells: as many words in the first line as in the next."""
    rows = (row for row in below.split(b"\n") if not is_comment(row, blank=True))
    words = len(line.split())
    return words > 1 and '"' not in line and len(next(rows, line.encode()).split()) == words


def _given_names(
    foreign: Foreign, comments: Sequence[str], delimiter: str, count: int
) -> tuple[Sequence[str], tuple[str, ...]]:
    """The names of columns where no line has them: from the user, else from the last comment."""
    if foreign.columns:
        if len(foreign.columns) != count:
            raise InputError(
                f"{foreign.file}: {count} columns, wanted {len(foreign.columns)} as --columns says"
            )
        return foreign.columns, ()
    last = (comments or [""])[-1].lstrip("#").strip()
    for names in (last.split(None if delimiter == BLANKS else delimiter), last.split()):
        stripped = [name.strip() for name in names]
        if len(stripped) == count and not any(map(_is_number, stripped)):
            return stripped, ("the names of the columns are those of the last comment",)
    raise InputError(
        f"{foreign.file}: the first line has numbers, wanted the names of the columns;"
        f" say all {count} by --columns"
    )


def _decimal(path: Path, below: bytes, delimiter: str) -> str:
    """Whether a point or a comma begins the decimals.

    Raises:
        InputError: both do, or the commas may be those of thousands.
    """
    part = None if delimiter == BLANKS else delimiter
    text = below.decode(errors="replace")
    whole = text.splitlines()[: None if len(below) < LOOKED_AT else -1]
    lines = [line for line in whole if not line.lstrip().startswith("#")]
    cells = [cell.strip(' "') for line in lines for cell in line.split(part)]
    commas = [cell for cell in cells if COMMA.fullmatch(cell)]
    point = next((cell for cell in cells if POINT.fullmatch(cell) and cell != "."), None)
    if not commas:
        return "."
    if point is not None:
        raise InputError(
            f"{path}: has both {commas[0]:.20} and {point:.20}, wanted one decimal sign"
        )
    if all(THOUSANDS.fullmatch(cell) for cell in commas):
        raise InputError(
            f"{path}: {commas[0]:.20} can have a decimal comma or one of thousands, wanted a"
            " decimal point"
        )
    return ","


def _is_number(text: str) -> bool:
    try:
        float(text.strip().replace(",", ".", 1))
    except ValueError:
        return False
    return True
