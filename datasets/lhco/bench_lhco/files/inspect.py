"""Opens a foreign file in a child process with limits, which may well crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from traceback import format_exc
from typing import TYPE_CHECKING, Any, TypeVar

from bench import BenchError, InputError
from bench_lhco.files.layout import Layout, read_layout
from bench_lhco.files.limits import MEMORY, limit_memory, quiet
from bench_lhco.files.provenance import Value, provenance
from bench_lhco.workers import interrupts_held

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

R = TypeVar("R")

START = 120.0
"""Seconds that a child process may take to start, on however busy a machine."""
SECONDS = 8.0
"""Seconds that it may take for what it gives next."""


@dataclass(frozen=True)
class Inspection:
    """What a file says of itself."""

    layout: Layout
    provenance: dict[str, Value] | None
    """None for a file that is not one of ours."""


def inspected(path: Path) -> Inspection:
    """What a file says of itself; its values are not read.

    Raises:
        InputError: not such a file, or not one that can be read safely.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file, wanted an HDF5 file of events")
    state = path.stat()
    return _inspected(path, (state.st_size, state.st_ino, state.st_mtime_ns, state.st_ctime_ns))


@lru_cache(maxsize=64)
def _inspected(path: Path, _state: tuple[int, ...]) -> Inspection:
    (found,) = isolated(_inspect, path)
    return found


def _inspect(path: Path) -> Iterator[Inspection]:
    yield Inspection(read_layout(path), provenance(path))


def isolated(work: Callable[..., Iterator[R]], path: Path, *more: object) -> Iterator[R]:
    """What a generator of a module gives for a file, in a child process with limits.

    Args:
        work: is called with the path and the rest; it gives what can be sent between processes.
        path: the file.
        more: the other arguments.

    Raises:
        InputError: the generator's own; or the file keeps it too long, or makes it crash.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, work, path, more), daemon=True)
    with interrupts_held():
        child.start()
    theirs.close()
    try:
        _await_start(ours, path)
        while (told := _told(ours, path)) is not None:
            yield told[0]
    finally:
        child.kill()
        child.join()
        ours.close()


def _await_start(child: Connection, path: Path) -> None:
    """Wait until the child process is ready to open the file."""
    try:
        if child.poll(START):
            child.recv()
            return
    except EOFError:
        raise BenchError(
            f"the child process that was to open {path} did not start; a script that is run needs "
            'its `if __name__ == "__main__"` guard, and a file of its own'
        ) from None
    raise BenchError(f"no child process to open {path} in within {START:.0f} s")


def _told(child: Connection, path: Path) -> tuple[Any] | None:
    """What the child process gives next; None where there is no more."""
    try:
        if not child.poll(SECONDS):
            raise InputError(f"{path}: not read within {SECONDS:g} s, wanted a file of events")
        told: tuple[Any] | Exception | None = child.recv()
    except (EOFError, OSError) as e:
        raise InputError(
            f"{path}: damaged, it makes the HDF5 library crash, wanted an HDF5 file of events"
        ) from e
    if isinstance(told, Exception):
        raise told
    return told


def _child(
    answer: Connection, work: Callable[..., Iterator[Any]], path: Path, more: tuple[Any, ...]
) -> None:
    import h5py  # noqa: F401  before the clock starts and the memory is counted
    import hdf5plugin  # noqa: F401

    quiet()
    limit_memory()
    answer.send(None)
    try:
        for given in work(path, *more):
            answer.send((given,))
        end = None
    except BenchError as error:
        end = error
    except MemoryError:
        end = InputError(f"{path}: takes more than {MEMORY} bytes to read, wanted less")
    except Exception:  # not the user's to mend, so the parent shows where it was
        end = RuntimeError(f"in the child process that reads {path}:\n{format_exc()}")
    answer.send(end)
