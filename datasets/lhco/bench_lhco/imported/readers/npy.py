"""Arrays in NumPy's files, .npy and .npz, read without unpickling anything."""

from __future__ import annotations

import ast
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import prod
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from bench import InputError
from bench_lhco.files.layout import MAX_RATIO, Rows, first_line
from bench_lhco.imported.readers.packed import BLOCK

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"\x93NUMPY"
ZIP = b"PK\x03\x04"
SUFFIX = ".npy"
LONGEST_HEADER = 2**16
"""Bytes; numpy itself takes a sixth of it."""
MOST = 1000
"""Arrays of a file."""
MOST_TURNED = 2**27
"""Bytes of a packed array that is stored column after column, and so unpacked as a whole."""


@dataclass(frozen=True)
class Stored:
    """An array of a file, not yet read."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    opened: Callable[[], Rows]
    """Gives its rows, if it is safe to read them."""
    attributed: Callable[[Sequence[str]], dict[str, str]] = lambda _: {}
    """Gives the units that it states for columns of these names."""

    @property
    def last(self) -> str:
        """Its name without the groups that it lies in."""
        return self.name.rpartition("/")[2]


def is_npy(path: Path) -> bool:
    """Whether a file begins as .npy does."""
    return _starts(path, MAGIC)


def is_npz(path: Path) -> bool:
    """Whether a file begins as .npz does, or any zip archive."""
    return _starts(path, ZIP)


def _starts(path: Path, magic: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(magic)) == magic


@contextmanager
def numpy_errors(path: Path) -> Iterator[None]:
    """What is inside; what a damaged file raises becomes an InputError."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as e:
        raise InputError(f"{path}: damaged or not readable ({first_line(e)[:120]})") from e


@contextmanager
def npy_array(path: Path) -> Iterator[list[Stored]]:
    """The array of a .npy file."""
    with numpy_errors(path), path.open("rb") as stream:
        head = _header(stream, path, path.name)
        offset, held = stream.tell(), path.stat().st_size - stream.tell()
    _demand_length(path, path.name, head, held)

    def opened() -> Rows:
        mapped: np.ndarray = np.memmap(
            path, head.dtype, "r", offset, head.shape, "F" if head.turned else "C"
        )
        return lambda first, last: np.array(mapped[first:last])

    yield [Stored(path.stem, head.shape, head.dtype, opened)]


@contextmanager
def npz_arrays(path: Path) -> Iterator[list[Stored]]:
    """The arrays of a .npz file; nothing is unpacked to the disk."""
    with numpy_errors(path):
        archive = zipfile.ZipFile(path)
    with archive:
        members = [info for info in archive.infolist() if info.filename.endswith(SUFFIX)]
        if not members or len(members) > MOST:
            raise InputError(
                f"{path}: a zip archive with {len(members)} arrays of NumPy, wanted 1 to {MOST};"
                " what else is in one has to be unpacked first"
            )
        names = [info.filename for info in members]
        if twice := [name for name in names if names.count(name) > 1]:
            raise InputError(f"{path}: has {twice[0]!r:.60} twice, wanted it once")
        with ExitStack() as open_members:
            yield [_member(archive, info, path, open_members) for info in members]


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, open_members: ExitStack
) -> Stored:
    """An array of an archive; its header is read."""
    name = info.filename.removesuffix(SUFFIX)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
        raise InputError(f"{path}: {name!r:.60} is packed or locked as numpy does not do it")
    size = path.stat().st_size
    if info.file_size > MAX_RATIO * min(info.compress_size, size):
        raise InputError(
            f"{path}: {name!r:.60} declares {info.file_size} bytes and stores"
            f" {info.compress_size}, wanted at most {MAX_RATIO} times as many"
        )
    with numpy_errors(path), archive.open(info) as stream:
        head = _header(stream, path, name)
        held = info.file_size - head.offset
    _demand_length(path, name, head, held)

    def opened() -> Rows:
        with numpy_errors(path):
            return _Packed(lambda: open_members.enter_context(archive.open(info)), path, head).rows

    return Stored(name, head.shape, head.dtype, opened)


class _Packed:
    """Reads rows of a packed array, best in order."""

    def __init__(self, start: Callable[[], IO[bytes]], path: Path, head: _Header) -> None:
        self._start, self._path, self._head = start, path, head
        self._stream, self._at = start(), 0
        self._whole: np.ndarray | None = None

    def rows(self, first: int, last: int) -> np.ndarray:
        """The rows from first to last."""
        head = self._head
        if head.turned:
            if self._whole is None:
                self._whole = self._turned()
            return self._whole[first:last]
        row = head.row
        raw = self._read(head.offset + first * row, (last - first) * row)
        if len(raw) < (last - first) * row:
            raise InputError(f"{self._path}: events {first} to {last} are cut off")
        return np.frombuffer(raw, head.dtype).reshape(last - first, *head.shape[1:])

    def _turned(self) -> np.ndarray:
        head = self._head
        if head.size > MOST_TURNED:
            raise InputError(
                f"{self._path}: an array of {head.size} bytes in Fortran's order, wanted C's order"
                f" or at most {MOST_TURNED}"
            )
        raw = self._read(head.offset, head.size)
        with numpy_errors(self._path):
            return np.frombuffer(raw, head.dtype).reshape(head.shape, order="F")

    def _read(self, offset: int, size: int) -> bytes:
        """Bytes from an offset on, fewer at the end; what is before it is read and forgotten.

        Not by `seek`, which fails on members without packing under Python 3.13.0.
        """
        with numpy_errors(self._path):
            if offset < self._at:
                self._stream, self._at = self._start(), 0
            while skipped := self._stream.read(min(BLOCK, offset - self._at)):
                self._at += len(skipped)
            raw = self._stream.read(size)
        self._at += len(raw)
        return raw


@dataclass(frozen=True)
class _Header:
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    turned: bool
    """Whether columns follow one another, as Fortran has them."""
    offset: int
    """Bytes before the values."""

    @property
    def row(self) -> int:
        """Bytes of a row."""
        return prod(self.shape[1:]) * self.dtype.itemsize

    @property
    def size(self) -> int:
        """Bytes of all values."""
        return prod(self.shape) * self.dtype.itemsize


def _header(stream: IO[bytes], path: Path, name: str) -> _Header:
    """What the header of an array says.

    Raises:
        InputError: it is none, or one of objects, which would have to be unpickled.
    """
    start = stream.read(len(MAGIC) + 2)
    if start[: len(MAGIC)] != MAGIC or len(start) < len(MAGIC) + 2 or start[-2] not in (1, 2, 3):
        raise InputError(f"{path}: {name!r:.60} is no array of NumPy, wanted one")
    width = 2 if start[-2] == 1 else 4
    length = int.from_bytes(stream.read(width), "little")
    if length > LONGEST_HEADER:
        raise InputError(
            f"{path}: {name!r:.60} has a header of {length} bytes, wanted at most {LONGEST_HEADER}"
        )
    raw = stream.read(length)
    try:
        said = ast.literal_eval(raw.decode("utf-8" if start[-2] == 3 else "latin1").strip())
        shape, dtype = said["shape"], np.lib.format.descr_to_dtype(said["descr"])
        turned = bool(said["fortran_order"]) and len(shape) > 1
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError) as e:
        raise InputError(f"{path}: {name!r:.60} has a header that is none of NumPy's") from e
    if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
        raise InputError(f"{path}: {name!r:.60} has the shape {shape!r:.60}, wanted numbers from 0")
    if dtype.hasobject:
        raise InputError(
            f"{path}: {name!r:.60} holds Python objects, which nobody unpickles here; wanted"
            " numbers, saved with allow_pickle=False"
        )
    return _Header(shape, dtype, turned, len(start) + width + length)


def _demand_length(path: Path, name: str, head: _Header, held: int) -> None:
    if head.size != held or not head.dtype.itemsize:
        raise InputError(
            f"{path}: {name!r:.60} declares {head.size} bytes as {head.dtype!s:.40} of shape"
            f" {str(head.shape)[:60]} and holds {held}, wanted as many"
        )


def label_array(path: Path) -> Iterator[np.ndarray]:
    """The labels of a .npy file: (n,), as float64, not yet looked at."""
    with npy_array(path) as (array,):
        fits = array.dtype.kind in "fiub" and array.shape in ((n := array.shape[:1]), (*n, 1))
        if not fits or not n[0]:
            raise InputError(
                f"{path}: {array.dtype!s:.40} of shape {array.shape}, wanted a label for each event"
            )
        yield array.opened()(0, n[0]).reshape(-1).astype(np.float64)
