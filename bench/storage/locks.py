"""Locks between processes: held by whoever lives, and never by a file that somebody left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.storage.machine import NO_LOCKS, MachineError


class LockedError(Exception):
    """Another process holds a lock, and it was not wanted to wait for that."""


class NoLocksError(MachineError):
    """The file system has no locks."""


@contextmanager
def locked(
    path: Path,
    notice: Callable[[str], None] | None = None,
    waiting: str = "another process is making the same; waiting for it",
) -> Iterator[None]:
    """Hold a lock file, alone among all processes; it stays, as others may wait for it.

    Args:
        path: the file, in a folder that is there.
        notice: told once if it has to wait; without, it does not wait.
        waiting: what is said then.

    Raises:
        LockedError: another process holds it, and it is not to wait.
        NoLocksError: the file system has no locks, so that nobody can be alone there.
        MachineError: the lock's file cannot be made or opened.
    """
    from filelock import FileLock, Timeout

    # a soft lock is a file that is there: one that was left is waited for until the end of days
    lock = FileLock(path, fallback_to_soft=False)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if notice is None:
                raise LockedError(f"{path}: another process has it") from None
            notice(waiting)
            lock.acquire()
    except OSError as error:
        raise _refused(error, path) from error
    try:
        yield
    finally:
        lock.release()


def _refused(error: OSError, path: Path) -> MachineError:
    if error.errno in NO_LOCKS:
        what = "to lock it, as two processes must not write the same"
        # the file is as good as any; it is the file system of its folder that has no locks
        bare = OSError(error.errno, error.strerror)
        return NoLocksError(str(MachineError.of(bare, path.parent, what)))
    return MachineError.of(error, path, "to lock it")
