"""JSON that lies on disk: read as what it should be, or refused with the name of its file."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from bench.api.errors import DamagedError

T = TypeVar("T")


def parsed(content: bytes, kind: type[T], where: object) -> T:
    """What JSON holds.

    Raises:
        DamagedError: it is no JSON of that kind; the line begins with `where`.
    """
    import msgspec

    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError(f"{where} cannot be read: {error}") from error


def read_json(path: Path, kind: type[T]) -> T:
    """What a file of JSON holds.

    Raises:
        DamagedError: it cannot be read, or is no JSON of that kind.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedError(f"{path} cannot be read: {error.strerror or error}") from error
    return parsed(content, kind, path)
