"""How long the import of a plugin, or one of its hooks, may take."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench.api.errors import RequestError

LIMIT = "BENCH_IMPORT_SECONDS"
"""Environment variable: seconds that the import of a plugin, or one of its hooks, may take."""
IMPORT_SECONDS = 30.0


def import_seconds() -> float:
    """How long the import of a plugin may take."""
    told = os.environ.get(LIMIT) or str(IMPORT_SECONDS)
    with suppress(ValueError):
        if 0 < (seconds := float(told)) < 1e6:
            return seconds
    raise RequestError(f"{LIMIT}={told}: wanted a number of seconds above 0")


class _EndlessError(BaseException):
    """Takes too long; not an Exception, so that no loop of the plugin swallows it."""


@contextmanager
def limited(what: str) -> Iterator[None]:
    """Stops what takes too long, where the system can: in the main thread, and not on Windows."""
    seconds = import_seconds()
    able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not able:
        yield
        return

    def stop(*_: object) -> None:
        raise _EndlessError(f"{what} takes more than {seconds:g} s")

    kept = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, kept)
