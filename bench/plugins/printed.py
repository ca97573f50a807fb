"""What plugins print goes to a file, whoever writes it: Python, C or a child process."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path

PRINTED = "printed.txt"
"""The file of a run's folder."""
DRAFT = ".printed"
"""What it is called while the run is at work."""
TAIL = 5
"""Lines of it that are shown where a run fails."""
LONGEST = 200
"""Characters that are shown of a line."""


@contextmanager
def printed_into(folder: Path) -> Iterator[None]:
    """Send what is written to the standard output meanwhile to a file of a folder.

    Nothing remains where nothing was printed. A thread or a child process that goes on printing
    afterwards writes to a file that is no longer there, and so never to a sealed one.
    """
    try:
        with (folder / DRAFT).open("ab", buffering=0) as log:
            stream = io.TextIOWrapper(log, "utf-8", errors="backslashreplace", write_through=True)
            with _descriptor_to(log.fileno()), redirect_stdout(stream):
                yield
    finally:
        keep(folder)


def keep(folder: Path) -> None:
    """Give what was printed its name, if there is anything."""
    draft = folder / DRAFT
    with suppress(FileNotFoundError):
        if draft.stat().st_size:
            shutil.copyfile(draft, folder / PRINTED)
        draft.unlink()


def last_lines(folder: Path) -> list[str]:
    """The last lines that a run has printed."""
    try:
        with (folder / PRINTED).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 4 * TAIL * LONGEST))
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    cut = (line[:LONGEST] for line in lines[-TAIL:])
    return ["".join(c if c.isprintable() else " " for c in line) for line in cut]


@contextmanager
def _descriptor_to(target: int) -> Iterator[None]:
    """Have descriptor 1 be another one's file meanwhile, where there is such a descriptor."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    try:
        saved = os.dup(1)
    except OSError:
        yield
        return
    os.dup2(target, 1)
    try:
        yield
    finally:
        _flush_c()
        os.dup2(saved, 1)
        os.close(saved)


def _flush_c() -> None:
    """Have C's own buffers written before the descriptor is another file."""
    with suppress(Exception):
        import ctypes

        ctypes.CDLL(None).fflush(None)
