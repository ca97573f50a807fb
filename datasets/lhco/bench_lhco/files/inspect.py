"""Opens a foreign file in a child process with limits, which may well crash."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from traceback import format_exc
from typing import TYPE_CHECKING, Any, TypeVar

from bench import BenchError, InputError
from bench_lhco.files.layout import GROUP, Layout, guarded, open_hdf5
from bench_lhco.files.objects import others
from bench_lhco.files.opened import read_layout
from bench_lhco.files.provenance import Value, provenance
from bench_lhco.limits import GROWTH, limit_growth, limited_time, quiet
from bench_lhco.state import state_of
from bench_lhco.workers import interrupts_held

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

R = TypeVar("R")

START = 120.0
"""Seconds that a child process may take to start, on however busy a machine."""
SECONDS = 5.0
"""Processor time that it may take for what it gives next, which needs a hundredth of it."""
WAIT = 300.0
"""Seconds that this may last: a cold disk takes minutes to look through the index of gigabytes."""
END = 5.0
"""Seconds until the system has cleared away a process that has ended."""


@dataclass(frozen=True)
class Inspection:
    """What a file says of itself."""

    layout: Layout
    provenance: dict[str, Value] | None
    """None for a file that is not one of ours."""
    others: tuple[str, ...] = ()
    """What else is in it, by name."""


def inspected(path: Path) -> Inspection:
    """What a file says of itself; its values are not read.

    Raises:
        InputError: not such a file, or not one that can be read safely.
    """
    return _inspected(path, state_of(path))


@lru_cache(maxsize=64)
def _inspected(path: Path, _state: tuple[int, ...]) -> Inspection:
    (inspection,) = isolated(_inspect, path)
    return inspection


def _inspect(path: Path) -> Iterator[Inspection]:
    layout = read_layout(path)
    with open_hdf5(path) as file:
        beside = guarded(path, lambda: others(file, f"/{GROUP}"))
    yield Inspection(layout, provenance(path), tuple(beside))


def isolated(work: Callable[..., Iterator[R]], path: Path, *more: object) -> Iterator[R]:
    """What a generator of a module gives for a file, in a child process with limits.

    Args:
        work: is called with the path and the rest; it gives what can be sent between processes.
        path: the file.
        more: the other arguments.

    Raises:
        InputError: the generator's own; or the file keeps it too long, or makes it crash.
        BenchError: the child process did not start, or was killed from outside.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, work, path, more), daemon=True)
    with interrupts_held():
        child.start()
    theirs.close()
    try:
        _await_start(child, ours, path)
        while (answer := _answer(child, ours, path)) is not None:
            yield answer[0]
    finally:
        child.kill()
        child.join()
        ours.close()


def _await_start(child: BaseProcess, answers: Connection, path: Path) -> None:
    """Wait until the child process is ready to open the file."""
    try:
        if answers.poll(START):
            answers.recv()
            return
    except EOFError as e:
        if _killed(child):
            raise _of_a_kill(path) from e
        raise BenchError(
            f"the child process that was to open {path} did not start; a script that is run needs "
            'its `if __name__ == "__main__"` guard, and a file of its own'
        ) from None
    raise BenchError(f"no child process to open {path} in within {START:.0f} s")


def _answer(child: BaseProcess, answers: Connection, path: Path) -> tuple[Any] | None:
    """What the child process gives next; None where there is no more."""
    try:
        if not answers.poll(WAIT):
            raise InputError(f"{path}: not read within {WAIT:g} s, wanted a file of events")
        answer: tuple[Any] | Exception | None = answers.recv()
    except (EOFError, OSError) as e:
        raise _of_an_end(child, path) from e
    if isinstance(answer, Exception):
        raise answer
    return answer


def _of_an_end(child: BaseProcess, path: Path) -> BenchError:
    """What to say of a child process that ended before it had given all."""
    if _killed(child):
        return _of_a_kill(path)
    if child.exitcode == -signal.SIGPROF:
        return InputError(
            f"{path}: takes more than {SECONDS:g} s of processor time to read, wanted a file of "
            "events"
        )
    return InputError(
        f"{path}: damaged, it makes the library that reads it crash, wanted a file of events"
    )


def _killed(child: BaseProcess) -> bool:
    """Whether the child process, which has ended, was killed from outside."""
    child.join(END)
    return child.exitcode == -signal.SIGKILL


def _of_a_kill(path: Path) -> BenchError:
    return BenchError(
        f"{path}: the process that reads it was killed, perhaps for want of memory; run it again"
    )


def _child(
    answer: Connection, work: Callable[..., Iterator[Any]], path: Path, more: tuple[Any, ...]
) -> None:
    import h5py  # noqa: F401  before the clock starts and the memory is counted
    import hdf5plugin  # noqa: F401

    quiet()
    limit_growth(GROWTH)
    answer.send(None)
    try:
        for given in _timed(work(path, *more)):
            answer.send((given,))
        end: Exception | None = None
    except BenchError as error:
        end = error
    except MemoryError:
        end = InputError(f"{path}: takes more than {GROWTH} bytes to read, wanted less")
    except Exception:  # not the user's to mend, so the parent shows where it was
        end = RuntimeError(f"in the child process that reads {path}:\n{format_exc()}")
    answer.send(end)


def _timed(given: Iterator[R]) -> Iterator[R]:
    """The same; but this process ends where it takes too long for the next one."""
    while True:
        with limited_time(SECONDS):
            part = tuple(islice(given, 1))
        if not part:
            return
        yield part[0]
