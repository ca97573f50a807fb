"""Limits for a worker process that reads what may be hostile, slice by slice."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench import limit_growth, limited_time

TOTAL = 4 * 2**30  # bytes
"""What a worker may have in all; what it needs is far less."""
GROWTH = 2**29  # bytes
"""What reading may take beside what the process has already; a slice needs a tenth of it."""
SECONDS = 3.0
"""Processor time for one slice, which needs a hundredth of it."""


@contextmanager
def bounds(seconds: float = SECONDS, memory: int = GROWTH) -> Iterator[None]:
    """End this process if what is inside takes too much time; let it have no more memory.

    Where memory runs out, HDF5 and numpy raise an error. What is inside must not be
    an iterator that yields in between.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit_growth(memory)
    try:
        with limited_time(seconds):
            yield
    finally:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def limit_total(size: int) -> None:
    """Let this process have so many bytes in all, for good, where the system can see to it."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
