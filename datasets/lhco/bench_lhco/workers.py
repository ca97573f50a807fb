"""Worker processes that share out a task, and that stop at once when they are not wanted."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from bench import BenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

T = TypeVar("T")
R = TypeVar("R")


def spread(task: Callable[[T], R], items: Sequence[T], jobs: int) -> Iterator[tuple[T, R]]:
    """Do a task for every item in worker processes; gives each item with its result when done.

    Raises:
        BenchError: a worker was killed.
    """
    if min(jobs, len(items)) <= 1:
        yield from ((item, task(item)) for item in items)
        return
    # Not forked: the parent may hold threads and libraries that do not survive it.
    context = get_context("spawn")
    lifeline, end = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(min(jobs, len(items)), context, _follow, (lifeline,))
    try:
        with _interrupts_held():
            tasks = {pool.submit(task, item): item for item in items}
        for done in as_completed(tasks):
            yield tasks[done], done.result()
    except BrokenProcessPool as e:
        raise BenchError(
            "a worker process was killed, perhaps for want of memory; "
            "run it again, with fewer jobs, and it goes on from what is finished"
        ) from e
    finally:
        end.close()
        pool.shutdown(cancel_futures=True)
        lifeline.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits; processes started inside never see it, not even while they start up."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _follow(lifeline: Connection) -> None:
    """End this process when the other end of the lifeline closes or its holder dies."""
    Thread(target=_watch, args=(lifeline,), daemon=True).start()


def _watch(lifeline: Connection) -> None:
    try:
        lifeline.recv()
    except EOFError:
        os._exit(1)
