"""The seconds that a fit has taken over all its goes, kept beside its checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.storage.files import write_bytes
from bench.storage.locks import LockLostError

FILE = "seconds"
EVERY = 5.0
"""Seconds that are not counted, at most, of a go that ends without a word."""


class Goes:
    """A stopwatch that goes on where an interrupted go left it."""

    def __init__(self, folder: Path, notice: Callable[[str], None]) -> None:
        self.file = folder / FILE
        self.earlier = self._read(notice)
        self.idle: Callable[[], float] = lambda: 0.0
        """Seconds of this go that are not to be counted."""
        self._started = self._written = time.monotonic()

    def _read(self, notice: Callable[[str], None]) -> float:
        """The seconds of earlier goes."""
        try:
            seconds = float(self.file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0.0
        except (OSError, ValueError):
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            notice(f"{self.file} cannot be read: the seconds of earlier goes are not counted")
            return 0.0
        return seconds

    @property
    def total(self) -> float:
        """The seconds of all goes up to now."""
        return self.earlier + time.monotonic() - self._started - self.idle()

    def beat(self) -> None:
        """Write them down, if it is time to."""
        if time.monotonic() - self._written >= EVERY:
            self._write()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Write them down where the block does not come to a good end."""
        try:
            yield
        except LockLostError:  # the file is another process's now
            raise
        except BaseException:
            self._write()
            raise

    def _write(self) -> None:
        write_bytes(self.file, f"{self.total:.3f}".encode())
        self._written = time.monotonic()
