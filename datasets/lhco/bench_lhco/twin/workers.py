"""Worker processes that simulate chunks, and that stop at once when they are not wanted."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Thread
from typing import TYPE_CHECKING

from bench import BenchError
from bench_lhco.twin.chunks import Chunk, store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path


def store_all(chunks: Sequence[Chunk], folder: Path, jobs: int) -> Iterator[Chunk]:
    """Simulate and store the chunks; gives each one when its file is there.

    Raises:
        BenchError: a worker was killed.
    """
    if min(jobs, len(chunks)) <= 1:
        for chunk in chunks:
            store(chunk, folder)
            yield chunk
        return
    # Not forked: the parent may hold threads and libraries that do not survive it.
    context = get_context("spawn")
    lifeline, end = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(min(jobs, len(chunks)), context, _follow, (lifeline,))
    try:
        with _interrupts_held():
            tasks = {pool.submit(store, chunk, folder): chunk for chunk in chunks}
        for task in as_completed(tasks):
            task.result()
            yield tasks[task]
    except BrokenProcessPool as e:
        raise BenchError(
            "simulation: a worker process was killed, perhaps for want of memory; "
            "run it again, with fewer jobs, and it goes on from the chunks that are finished"
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
