"""An HDF5 file that is written, where the machine may refuse a write."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import h5py


@contextmanager
def refusable(path: Path) -> Iterator[h5py.File]:
    """A new file, which is on its way to the disk when the block ends.

    HDF5 crashes where it is closed after the machine has refused a write. So what it has left to
    write goes elsewhere then, and the refusal is an error like any other.

    Raises:
        OSError: the machine refused a write.
    """
    import h5py

    file = h5py.File(path, "x")
    with closing_well(file):
        yield file


@contextmanager
def closing_well(file: h5py.File) -> Iterator[None]:
    """Close a file at the end of the block, with no crash where the machine refused a write.

    Raises:
        OSError: it did.
    """
    try:
        yield
        file.flush()
    except BaseException as error:
        give_up(file)
        if said := re.search(r"errno = (\d+)", str(error)):  # h5py has several kinds for it
            number = int(said[1])
            raise OSError(number, os.strerror(number)) from error
        raise
    file.close()


def give_up(file: h5py.File) -> None:
    """Close a file; all that is still to be written to it goes into one that nobody sees."""
    with tempfile.TemporaryFile(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as lost:
        os.dup2(lost.fileno(), file.id.get_vfd_handle())
    with suppress(OSError, RuntimeError):  # it may not get over what was refused
        file.close()
