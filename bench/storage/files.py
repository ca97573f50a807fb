"""Writing files so that a reader sees all of one or nothing of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from bench.storage.secrets import masked_bytes


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` when the block ends well."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        yield draft
        atomic_replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def atomic_replace(finished: Path, path: Path) -> None:
    """Rename a finished file so that after a power cut the old or the new one is there, whole."""
    sync(finished)
    finished.replace(path)
    sync(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file, without secrets."""
    with atomic_write(path) as draft:
        draft.write_bytes(masked_bytes(content))


def sync(path: Path) -> None:
    """Have a file's or a folder's state reach the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
