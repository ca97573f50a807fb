"""How long the import of a plugin, or one of its hooks, may take."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench.api.errors import RequestError
from bench.plugins.under_way import at_work

LIMIT = "BENCH_IMPORT_SECONDS"
"""Environment variable: seconds that the import of a plugin, or one of its hooks, may take."""
IMPORT_SECONDS = 30.0


def import_seconds() -> float:
    """How long the import of a plugin may take."""
    setting = os.environ.get(LIMIT) or str(IMPORT_SECONDS)
    with suppress(ValueError):
        if 0 < (seconds := float(setting)) < 1e6:
            return seconds
    raise RequestError(f"{LIMIT}={setting}: wanted a number of seconds above 0")


class _EndlessError(BaseException):
    """Takes too long; not an Exception, so that no loop of the plugin swallows it."""


@contextmanager
def limited(what: str, plugin: str) -> Iterator[None]:
    """Stops what takes too long, where the system can: in the main thread, and not on Windows.

    Raises:
        ProcessEndedError: it has ended an earlier process of this command.
    """
    with at_work(f"{what} of the plugin {plugin}"), _limited(what):
        yield


@contextmanager
def _limited(what: str) -> Iterator[None]:
    seconds = import_seconds()
    able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not able:
        yield
        return

    def stop(*_: object) -> None:
        raise _EndlessError(f"{what} takes more than {seconds:g} s")

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
