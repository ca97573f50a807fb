"""Reads a foreign file in a child process with limits, which may well crash or be ended."""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bench.api.errors import BenchError, InputError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext

R = TypeVar("R")

MEMORY = 700 * 2**20
"""Bytes that reading may take beside what the child has already."""
SECONDS = 9
"""Processor time that it may take, s."""
WAIT = 120.0
"""Seconds that it may last on however busy a machine."""


def in_child(work: Callable[..., R], path: Path, *more: object) -> R:
    """What a function of a module gives for a file, computed in a child process with limits.

    Args:
        work: is called with the path and the rest; what it gives can be sent between processes.
        path: the file.
        more: the other arguments.

    Raises:
        InputError: the function's own; or the file keeps it too long, takes too much memory, or
            makes it crash.
        BenchError: it was killed from outside.
    """
    context = _context()
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, work, path, more), daemon=True)
    child.start()
    theirs.close()
    try:
        if not ours.poll(WAIT):
            raise InputError(f"{path}: not read within {WAIT:g} s, wanted a file of results")
        given, error = ours.recv()
    except (EOFError, OSError):
        child.join(5)
        raise _of_an_end(child.exitcode, path) from None
    finally:
        child.kill()
        child.join()
        ours.close()
    if error is not None:
        raise error
    result: R = given
    return result


@cache
def _context() -> ForkServerContext:
    """Children of a server that has loaded what reads files, so that each starts at once."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["bench.outside.preloaded"])
    return context


def _of_an_end(code: int | None, path: Path) -> BenchError:
    if code in (-signal.SIGXCPU, -signal.SIGPROF):
        return InputError(
            f"{path}: takes more than {SECONDS} s of processor time to read, wanted a file of"
            " results"
        )
    if code == -signal.SIGKILL:
        return BenchError(
            f"{path}: the process that reads it was killed, perhaps for want of memory; run it"
            " again"
        )
    return InputError(f"{path}: damaged, it makes the library that reads it crash")


def _child(
    answer: Connection, work: Callable[..., Any], path: Path, more: tuple[object, ...]
) -> None:
    _limit()
    try:
        given, error = work(path, *more), None
    except BenchError as said:
        given, error = None, said
    except MemoryError:
        given, error = None, InputError(f"{path}: takes more than {MEMORY} bytes to read")
    except Exception:  # not the user's to mend, so the parent shows where it was
        where = f"in the child process that reads {path}:\n{traceback.format_exc()}"
        given, error = None, RuntimeError(where)  # type: ignore[assignment]
    try:
        answer.send((given, error))
    except MemoryError:
        answer.send((None, InputError(f"{path}: takes more than {MEMORY} bytes to read")))


def _limit() -> None:
    """Have this process take little memory and time, and leave no core file and no last words."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with suppress(ValueError, OSError):
        limit = _held() + MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of processor time


def _held() -> int:
    """The bytes of data that the system counts for this process; 0 where it does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[5]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()
