"""Bytes of a file that may be packed as a whole, by gzip, bzip2, xz or zstd."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from bench import InputError
from bench_lhco.files.layout import LEAST, MAX_RATIO, first_line

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 2**20  # bytes


def _zstd(path: Path) -> IO[bytes]:
    import pyarrow as pa

    return cast("IO[bytes]", pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))


WAYS = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": _zstd,
}
"""How to open a file, by its first bytes."""


@contextmanager
def unpacked(path: Path) -> Iterator[io.BufferedReader[Any]]:
    """The bytes of a file, unpacked as they are read.

    Raises:
        InputError: it cannot be unpacked, or holds far more than it should.
    """
    with path.open("rb") as stream:
        start = stream.read(max(map(len, WAYS)))
    way = next((way for magic, way in WAYS.items() if start.startswith(magic)), None)
    with (
        unpacking_errors(path),
        path.open("rb") if way is None else cast("Any", way)(path) as source,
        io.BufferedReader(_Unpacked(source, path, way is not None), BLOCK) as reader,
    ):
        yield reader


@contextmanager
def unpacking_errors(path: Path) -> Iterator[None]:
    """What is inside; what a damaged file raises becomes an InputError."""
    try:
        yield
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as e:
        raise InputError(f"{path}: damaged or not readable ({first_line(e)[:120]})") from e


class _Unpacked(io.RawIOBase):
    """A stream that ends with an error where it gives far more than is packed in it."""

    def __init__(self, source: IO[bytes], path: Path, packed: bool) -> None:
        super().__init__()
        self._source, self._path, self._given = source, path, 0
        self._most = MAX_RATIO * max(path.stat().st_size, LEAST) if packed else None

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Put the next bytes into a buffer; gives how many, none at the end."""
        read = self._source.read(len(buffer))
        self._given += len(read)
        if self._most is not None and self._given > self._most:
            raise InputError(
                f"{self._path}: unpacks to more than {self._most} bytes, wanted at most"
                f" {MAX_RATIO} times its size"
            )
        buffer[: len(read)] = read
        return len(read)
