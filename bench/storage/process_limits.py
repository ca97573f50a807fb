"""Limits for a process that reads what may be hostile; a C library cannot be asked to stop."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DEATH_OF_PARENT = 1
"""The number of Linux's request for a signal when the parent dies."""


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


def limit_growth(memory: int) -> None:
    """Let this process have so many bytes more than it has, until that is set anew."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    limit = _held() + memory
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def wait_passively() -> None:
    """Have OpenMP's threads sleep while they wait for one another, unless the user says otherwise.

    On a busy machine those that spin take the cores from those that work: ten times the time. A
    library reads it once, when it is loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def silence_process() -> None:
    """Have this process leave no core file, and no last words of the C library's on the terminal.

    What Python has to say must then reach the parent as an exception.
    """
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def die_with(parent: int) -> None:
    """Have this process be killed when its parent is, where the system can."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(DEATH_OF_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _held() -> int:
    """The bytes of data that the system counts for this process; 0 where it does not say."""
    import resource

    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[5]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()
