"""Opens a foreign file in a child process with limits, which may well crash."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bench.api.errors import BenchError, InputError
from bench.storage.machine import MachineError, refusal
from bench.storage.process_limits import limit_growth, limited_time, silence_process

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

R = TypeVar("R")

START = 120.0
"""Seconds that a child process may take to start, on however busy a machine."""
END = 5.0
"""Seconds until the system has cleared away a process that has ended."""


@dataclass(frozen=True)
class ReadLimits:
    """What a process may take that reads a foreign file."""

    what: str
    """What such a file is, as in `wanted a file of events`."""
    memory: int
    """Bytes beside what the process has already."""
    seconds: float
    """Processor time for what it gives next, s."""
    wait: float
    """How long that may last in all, s; a cold disk takes its time."""
    modules: Sequence[str] = ()
    """What is imported before the memory is counted and the clock starts."""


def isolated(
    work: Callable[..., Iterator[R]], path: Path, *more: object, limits: ReadLimits
) -> Iterator[R]:
    """What a generator of a module gives for a file, in a child process with limits.

    Args:
        work: is called with the path and the rest; it gives what can be sent between processes.
        path: the file.
        more: the other arguments.
        limits: what the process may take.

    Raises:
        InputError: the generator's own; or the file keeps it too long, takes too much memory, or
            makes it crash.
        BenchError: the child process did not start, or was killed from outside; or the system is
            Windows, which has no such limits.
    """
    from multiprocessing import get_all_start_methods, get_context

    if "forkserver" not in get_all_start_methods():
        raise BenchError(
            f"{path}: is read in a process with limits, which this system does not have"
        )
    # children of a server that has loaded what reads files start at once
    context = get_context("forkserver")
    context.set_forkserver_preload([*limits.modules])
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, limits, work, path, more), daemon=True)
    with interrupts_held():
        child.start()
    theirs.close()
    try:
        _await_start(child, ours, path)
        while (answer := _answer(child, ours, path, limits)) is not None:
            yield answer[0]
    finally:
        child.kill()
        child.join()
        ours.close()


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C waits; processes started inside never see it, not even while they start up."""
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # which would let Ctrl-C through again, at the first start of a process
    held: list[int] = []
    # blocked for this thread and what it starts, but another thread may take it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        handler = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    except ValueError:  # no main thread, which never is interrupted
        handler = None
    try:
        yield
    finally:
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if held:
            signal.raise_signal(signal.SIGINT)


def _await_start(child: ForkServerProcess, answers: Connection, path: Path) -> None:
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


def _answer(
    child: ForkServerProcess, answers: Connection, path: Path, limits: ReadLimits
) -> tuple[Any] | None:
    """What the child process gives next; None where there is no more."""
    try:
        if not answers.poll(limits.wait):
            raise InputError(f"{path}: not read within {limits.wait:g} s, wanted {limits.what}")
        answer: tuple[Any] | Exception | None = answers.recv()
    except (EOFError, OSError) as e:
        raise _of_an_end(child, path, limits) from e
    if isinstance(answer, Exception):
        raise answer
    return answer


def _of_an_end(child: ForkServerProcess, path: Path, limits: ReadLimits) -> BenchError:
    """What to say of a child process that ended before it had given all."""
    if _killed(child):
        return _of_a_kill(path)
    if child.exitcode == -signal.SIGPROF:
        return InputError(
            f"{path}: takes more than {limits.seconds:g} s of processor time to read, wanted "
            f"{limits.what}"
        )
    return InputError(
        f"{path}: damaged, it makes the library that reads it crash, wanted {limits.what}"
    )


def _killed(child: ForkServerProcess) -> bool:
    """Whether the child process, which has ended, was killed from outside."""
    child.join(END)
    return child.exitcode == -signal.SIGKILL


def _of_a_kill(path: Path) -> BenchError:
    return BenchError(
        f"{path}: the process that reads it was killed, perhaps for want of memory; run it again"
    )


def _child(
    answer: Connection,
    limits: ReadLimits,
    work: Callable[..., Iterator[Any]],
    path: Path,
    more: tuple[Any, ...],
) -> None:
    silence_process()
    for module in limits.modules:
        import_module(module)
    limit_growth(limits.memory)
    answer.send(None)
    try:
        for given in _timed(work(path, *more), limits.seconds):
            answer.send((given,))
        end: Exception | None = None
    except BenchError as error:
        end = error
    except MemoryError:
        end = InputError(f"{path}: takes more than {limits.memory} bytes to read, wanted less")
    except Exception as error:
        if refused := refusal(error):
            end = MachineError.of(refused, path, "to read it", "name another file")
        else:  # not the user's to mend, so the parent shows where it was
            where = f"in the child process that reads {path}:\n{traceback.format_exc()}"
            end = RuntimeError(where)
    answer.send(end)


def _timed(given: Iterator[R], seconds: float) -> Iterator[R]:
    """The same; but this process ends where it takes too long for the next one."""
    while True:
        with limited_time(seconds):
            part = tuple(islice(given, 1))
        if not part:
            return
        yield part[0]
