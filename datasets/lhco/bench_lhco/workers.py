"""Worker processes that share out a task, and that stop at once when they are not wanted."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from bench import BenchError, interrupts_held, silence_process
from bench_lhco.limits import TOTAL, limit_total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection

T = TypeVar("T")
R = TypeVar("R")


class KilledError(BenchError):
    """A worker was killed twice over one and the same item."""

    def __init__(self, item: str) -> None:
        super().__init__(
            f"a worker process was killed twice over {item}, perhaps for want of memory; run it "
            "again, with BENCH_JOBS=1, and it goes on from what is finished"
        )
        self.item = item
        """The item, as it is named to the user."""


def spread(
    task: Callable[[T], R],
    items: Sequence[T],
    jobs: int,
    *,
    tell: Callable[[T], str] = str,
    limited: bool = False,
) -> Iterator[tuple[T, R]]:
    """Do a task for every item in worker processes; gives each item with its result when done.

    Where a worker is killed, what may have been under way is done once more, each item by itself.

    Args:
        task: a function of a module, with results that can be pickled.
        items: what to do it for.
        jobs: worker processes; one is none beside this process, unless they are `limited`.
        tell: names an item to the user.
        limited: whether the task opens files that may be hostile: it then has a process of its own
            in any case, and no more memory than `TOTAL`.

    Raises:
        KilledError: a worker was killed twice over the same item.
    """
    if not limited and min(jobs, len(items)) <= 1:
        yield from ((item, task(item)) for item in items)
        return
    left = dict(enumerate(items))
    while left:
        started: set[int] = set()
        try:
            for number, result in _pooled(task, dict(left), jobs, limited, started):
                yield left.pop(number), result
        except BrokenProcessPool:
            for number in sorted(started & left.keys()):
                yield _again(task, left.pop(number), tell, limited)


def _again(task: Callable[[T], R], item: T, tell: Callable[[T], str], limited: bool) -> tuple[T, R]:
    """An item whose worker was killed, once more and alone."""
    try:
        ((_, result),) = _pooled(task, {0: item}, 1, limited, set())
    except BrokenProcessPool as e:
        raise KilledError(tell(item)) from e
    return item, result


def _pooled(
    task: Callable[[T], R], items: Mapping[int, T], jobs: int, limited: bool, started: set[int]
) -> Iterator[tuple[int, R]]:
    """The results by number, when done; `started` is told what was handed to a worker.

    Raises:
        BrokenProcessPool: a worker was killed.
    """
    # Not forked: the parent may hold threads and libraries that do not survive it.
    context = get_context("spawn")
    lifeline, end = context.Pipe(duplex=False)
    workers = min(jobs, len(items))
    pool = ProcessPoolExecutor(workers, context, _follow, (lifeline, limited))
    waiting = iter(items.items())
    tasks: dict[Future[R], int] = {}
    try:
        while True:
            # No more than the workers can take are handed over, so that it is known what they had.
            for number, item in islice(waiting, workers - len(tasks)):
                with interrupts_held():
                    tasks[pool.submit(task, item)] = number
                started.add(number)
            if not tasks:
                return
            for done in wait(tasks, return_when=FIRST_COMPLETED).done:
                yield tasks.pop(done), done.result()
    finally:
        end.close()
        pool.shutdown(cancel_futures=True)
        lifeline.close()


def _follow(lifeline: Connection, limited: bool) -> None:
    """End this process when the other end of the lifeline closes or its holder dies."""
    if limited:
        silence_process()
        limit_total(TOTAL)
    Thread(target=_watch, args=(lifeline,), daemon=True).start()


def _watch(lifeline: Connection) -> None:
    try:
        lifeline.recv()
    except EOFError:
        os._exit(1)
