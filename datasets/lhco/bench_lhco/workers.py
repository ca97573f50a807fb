"""Worker processes that share out a task, and that stop at once when they are not wanted."""

from __future__ import annotations

import os
import platform
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from threading import Thread
from typing import TYPE_CHECKING, Generic, TypeVar

from bench import BenchError, interrupts_held, locked, silence_process
from bench_lhco.limits import TOTAL, limit_total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from multiprocessing.connection import Connection
    from pathlib import Path

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


@dataclass(frozen=True)
class Elsewhere(Generic[T]):
    """How other machines do items."""

    spread: Callable[[Callable[[str], object], Sequence[str]], Iterator[str]]
    """A context's."""
    work: Callable[[str], object]
    """A function of a module that does the item of a text, and leaves the result on the disk."""
    text: Callable[[T], str]
    """The text of an item; no two have the same."""


def shared_out(
    task: Callable[[T], object],
    items: Sequence[T],
    jobs: int,
    *,
    tell: Callable[[T], str] = str,
    limited: bool = False,
    elsewhere: Elsewhere[T] | None = None,
) -> Iterator[T]:
    """Do a task for every item, which leaves its result on the disk; gives each item when done.

    Args:
        task: a function of a module.
        items: what to do it for.
        jobs: worker processes here, as of `spread`.
        tell: names an item to the user.
        limited: whether the task opens files that may be hostile, as of `spread`.
        elsewhere: does them in place of worker processes.

    Raises:
        KilledError: a worker of this machine was killed twice over the same item.
        BenchError: the task's own; or one that was done elsewhere came to no end.
    """
    if elsewhere is None:
        yield from (item for item, _ in spread(task, items, jobs, tell=tell, limited=limited))
    else:
        texts = {elsewhere.text(item): item for item in items}
        for text in elsewhere.spread(elsewhere.work, list(texts)):
            yield texts[text]


def demand_same_code(asked: str, here: str) -> None:
    """Refuse to make what another version would make otherwise.

    Args:
        asked: the key of what is to be made, where that was asked for.
        here: its key where it is to be made.

    Raises:
        BenchError: they differ.
    """
    if asked != here:
        raise BenchError(
            f"{platform.node() or 'a worker'} has another version of bench-lhco or of a library "
            "than the command, and would make other bytes; wanted the same environment"
        )


def alone(file: Path) -> AbstractContextManager[None]:
    """Nobody else makes this file inside; a worker elsewhere may outlive the command it works for.

    Nothing is said where it has to wait.
    """
    return locked(file.with_suffix(".lock"), lambda _: None)


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
        limit_process()
    Thread(target=_watch, args=(lifeline,), daemon=True).start()


def limit_process() -> None:
    """Let this process, which opens files that may be hostile, say nothing and take no more."""
    silence_process()
    limit_total(TOTAL)


def _watch(lifeline: Connection) -> None:
    try:
        lifeline.recv()
    except EOFError:
        os._exit(1)
