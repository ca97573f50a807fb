"""Limits for a process that reads what may be hostile; a C library cannot be asked to stop."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TOTAL = 4 * 2**30  # bytes
"""What a worker may have in all; what it needs is far less."""
GROWTH = 2**29  # bytes
"""What reading may take beside what the process has already; a slice needs a tenth of it."""
SECONDS = 3.0
"""Processor time for one slice, which needs a hundredth of it."""


@contextmanager
def bounds(seconds: float = SECONDS, memory: int = GROWTH) -> Iterator[None]:
    """End this process if what is inside takes too much time; let it have no more memory.

    Where memory runs out, HDF5 and numpy raise an error. As for `limited_time`, what is inside must
    not be an iterator that yields in between.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit_growth(memory)
    try:
        with limited_time(seconds):
            yield
    finally:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def limited_time(seconds: float) -> Iterator[None]:
    """End this process, by SIGPROF, if what is inside takes too much time.

    It is processor time, so neither a busy machine nor a slow disk ends it.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def limit_total(size: int) -> None:
    """Let this process have so many bytes in all, for good, where the system can see to it."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def limit_growth(memory: int) -> None:
    """Let this process have so many bytes more than it has, until that is set anew."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    limit = _held() + memory
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def quiet() -> None:
    """Have this process leave no core file, and no last words of the C library's on the terminal.

    What Python has to say must then reach the parent as an exception.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _held() -> int:
    """The bytes of data that the system counts for this process; 0 where it does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[5]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()
