"""The file system's own locks: flock, and whether it holds between processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bench.storage.machine import NO_LOCKS, MachineError
from bench.storage.owner import holder

if TYPE_CHECKING:
    from filelock import BaseFileLock

ASK = """
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
"""
"""What another process does that must not get a lock that this one has."""
PROVEN: set[int] = set()
"""Devices where it did not get it."""


class LockedError(Exception):
    """Another process holds a lock, and it was not wanted to wait for that."""

    def __init__(self, path: Path, who: str = "") -> None:
        super().__init__(f"{path}: {who or 'another process'} has it")
        self.who = who
        """Who it is, where that is known."""


class NoLocksError(MachineError):
    """The file system has no locks."""


def flocked(
    path: Path, notice: Callable[[str], None] | None, waiting: str, *, must: bool
) -> BaseFileLock | None:
    """The file system's own lock, taken; None where it has none, or none that holds.

    Args:
        path: the file.
        notice: told once if it has to wait; without, it does not wait.
        waiting: what is said then.
        must: whether a file system without locks is an error.

    Raises:
        LockedError: another process holds it, and it is not to wait.
        NoLocksError: the file system has no locks.
        MachineError: the file cannot be made or opened.
    """
    from filelock import FileLock, Timeout

    # a soft lock is a file that is there: one that was left is waited for until the end of days
    lock = FileLock(path, fallback_to_soft=False)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            wait_or_leave(path, notice, waiting)
            lock.acquire()
        if _holds(path):
            return lock
    except OSError as error:
        lock.release()
        if error.errno in NO_LOCKS and not must:
            return None
        raise _refused(error, path) from error
    lock.release()
    return None


def wait_or_leave(path: Path, notice: Callable[[str], None] | None, waiting: str) -> None:
    """Say that a lock of another process is waited for.

    Raises:
        LockedError: it is not to wait.
    """
    who = holder(path)
    if notice is None:
        raise LockedError(path, who)
    notice(f"{waiting} ({who})" if who else waiting)


def is_flocked(path: Path) -> bool:
    """Whether another process has a file locked by flock, as far as the system says."""
    try:
        import fcntl

        handle = os.open(path, os.O_RDWR)
    except (ImportError, OSError):
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def _holds(path: Path) -> bool:
    """Whether a lock that this process has is refused to who opens the file anew."""
    try:
        import fcntl
    except ImportError:  # Windows, where another lock is used
        return True
    handle = os.open(path, os.O_RDWR)
    try:
        device = os.fstat(handle).st_dev
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return device in PROVEN or _holds_between_processes(path, device)
        return False
    finally:
        os.close(handle)


def _holds_between_processes(path: Path, device: int) -> bool:
    """Whether it is refused to another process, too; tried once by each process on each device."""
    tool = shutil.which("flock")  # which takes a twentieth of the time of another Python
    ask = [tool, "-n", str(path), "true"] if tool else [sys.executable, "-ISc", ASK, str(path)]
    try:
        done = subprocess.run(ask, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:  # it cannot be asked
        return True
    if done.returncode:
        PROVEN.add(device)
    return done.returncode != 0


def _refused(error: OSError, path: Path) -> MachineError:
    if error.errno in NO_LOCKS:
        what = "to lock it, as two processes must not write the same"
        # the file is as good as any; it is the file system of its folder that has no locks
        bare = OSError(error.errno, error.strerror)
        return NoLocksError(str(MachineError.of(bare, path.parent, what)))
    return MachineError.of(error, path, "to lock it")
