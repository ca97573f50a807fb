"""Puts a finished file in its place at once, and keeps the sha256 of it beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from re import fullmatch
from uuid import uuid4

from bench import InputError, Progress

BLOCK = 2**20  # bytes


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A new name beside a file to write to; it takes the file's place if nothing goes wrong.

    Raises:
        InputError: the folder is not there.
    """
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}, wanted one to write to")
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        yield temporary
        move(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def move(finished: Path, path: Path) -> None:
    """Rename a finished file so that after a power cut the old or the new one is there, whole."""
    _sync(finished)
    finished.replace(path)
    _sync(path.parent)


def file_sha256(path: Path, progress: Progress) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as f, progress(f"sha256 of {path.name}", path.stat().st_size) as bar:
        while block := f.read(BLOCK):
            digest.update(block)
            bar.advance(len(block))
    return digest.hexdigest()


def record_sha256(path: Path, digest: str) -> None:
    """Write a file's sha256 beside it, in the form that `sha256sum --check` reads."""
    with replacing(_beside(path)) as temporary:
        temporary.write_text(f"{digest}  {path.name}\n", encoding="utf-8")


def forget_sha256(path: Path) -> None:
    """Remove the recorded sha256 of a file that is to change."""
    _beside(path).unlink(missing_ok=True)


def recorded_sha256(path: Path) -> str | None:
    """The sha256 recorded beside a file, or None.

    Raises:
        InputError: the record is not one.
    """
    beside = _beside(path)
    if not beside.is_file():
        return None
    digest = beside.read_bytes()[:64].decode("ascii", errors="replace")
    if not fullmatch("[0-9a-f]{64}", digest):
        raise InputError(f"{beside}: no sha256 in it, wanted 64 hexadecimal digits")
    return digest


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
