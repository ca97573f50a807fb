"""Writing files so that a reader sees all of one or nothing of it, and no power cut takes it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from bench.api.errors import BenchError, RequestError
from bench.storage.machine import refusal
from bench.storage.secrets import masked_bytes

NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM}
"""What a folder answers that cannot be synced on its own: some file systems have no such thing."""


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` when the block ends well."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        with naming(path, instead_of=draft):
            yield draft
            atomic_replace(draft, path)
    finally:
        with suppress(OSError):  # what went wrong before says more
            draft.unlink(missing_ok=True)


def demand_folder_of(file: Path) -> None:
    """Refuse a file or a folder to write whose own folder is not there, before any work.

    Raises:
        RequestError: it is not.
    """
    if not file.absolute().parent.is_dir():
        raise RequestError(f"{file}: there is no folder {file.parent}")


def atomic_replace(finished: Path, path: Path) -> None:
    """Rename a finished file so that after a power cut the old or the new one is there, whole."""
    sync(finished)
    finished.replace(path)
    sync(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file, without secrets."""
    with atomic_write(path) as draft:
        draft.write_bytes(masked_bytes(content))


def make_folder(path: Path) -> None:
    """Make a folder, and those that it lies in, so that a power cut takes none of them."""
    missing: list[Path] = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


def sync(path: Path) -> None:
    """Have a file's or a folder's state reach the disk."""
    with naming(path):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in NO_SYNC or not path.is_dir():
                raise
        finally:
            os.close(handle)


def sync_all(folder: Path) -> None:
    """Have all that is in a folder reach the disk: every file, and every folder with its names."""
    for inside, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync(Path(inside, name))
        sync(Path(inside))


def put_in_place(draft: Path, folder: Path) -> None:
    """Give a finished folder its name, so that after a power cut it is there, whole, or not.

    Raises:
        OSError: what the machine refused; the folder then has no more than its draft's name.
    """
    sync_all(draft)
    put_synced(draft, folder)


def put_synced(draft: Path, folder: Path) -> None:
    """As `put_in_place`, of a folder whose content has reached the disk."""
    draft.rename(folder)
    try:
        sync(folder.parent)
    except OSError:
        with suppress(OSError):
            folder.rename(draft)
        raise


@contextmanager
def naming(path: Path, *, instead_of: Path | None = None) -> Iterator[None]:
    """A refusal of the machine that names no file, or a passing one, names this one.

    So does what a library says of a refusal in its own words.

    Raises:
        OSError: what the machine said, of `path`.
    """
    try:
        yield
    except BenchError:
        raise
    except Exception as error:
        refused = refusal(error)
        if isinstance(error, OSError) and error.errno is not None:
            passing = instead_of and error.filename in (str(instead_of), instead_of)
            if passing or (refused and not error.filename):
                error.filename = str(path)
        elif refused:
            named = refused.filename or str(path)
            raise OSError(refused.errno, refused.strerror, named) from error
        raise
