"""Locks between processes: held by whoever lives, and never by a file that somebody left.

Where the file system's own locks hold, they are these: flock, which ends with its process. Where
it is refused, where it is seen not to hold, and on file systems that machines share, where no
machine can see whether it holds between them, they are claims (`claims.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import BenchError, RequestError
from bench.storage.claims import FOLDER, Claim, TakenError, claimed
from bench.storage.machine import NO_LOCKS, MachineError
from bench.storage.mounts import file_system, is_shared

if TYPE_CHECKING:
    from filelock import BaseFileLock

VARIABLE = "BENCH_LOCKS"
AUTO, FLOCK, CLAIMS = "auto", "flock", "claims"
LIMIT = 180.0
"""Seconds without a sign of life after which a claim is taken over; attributes of files on NFS are
up to 60 s old, and a server that starts anew stands still for 90."""
ASK = """
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
"""
"""What another process does that must not get a lock that this one has."""
PROVEN: set[int] = set()
"""Devices where it did not get it."""
_HELD = threading.local()


class LockedError(Exception):
    """Another process holds a lock, and it was not wanted to wait for that."""

    def __init__(self, path: Path, who: str = "") -> None:
        super().__init__(f"{path}: {who or 'another process'} has it")
        self.who = who
        """Who it is, where that is known."""


class NoLocksError(MachineError):
    """The file system has no locks."""


class LockLostError(BenchError):
    """This process stood still for so long that another one has taken its work over."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: this process stood still, and another one has taken over")
        self.path = path


@contextmanager
def locked(
    path: Path,
    notice: Callable[[str], None] | None = None,
    waiting: str = "another process is making the same; waiting for it",
    *,
    sure: bool = False,
) -> Iterator[None]:
    """Hold a lock file, alone among all processes; it stays, as others may wait for it.

    `demand_held` says whether it is still held, before what was made under it takes its place.

    Args:
        path: the file, in a folder that is there.
        notice: told once if it has to wait; without, it does not wait.
        waiting: what is said then.
        sure: without a notice, whether to stay until it is known whether who has claimed it on
            another machine still lives, which may take minutes.

    Raises:
        LockedError: another process holds it, and it is not to wait.
        NoLocksError: the file system has no locks, so that nobody can be alone there.
        MachineError: the lock's file cannot be made or opened.
        LockLostError: another process took over, and the block failed.
    """
    kind, limit = setting()
    with ExitStack() as stack:
        lock = None if by_claims(path.parent, kind) else _flocked(path, notice, waiting, kind)
        if lock is not None:
            stack.callback(lock.release)
            stack.enter_context(_noted(None))
            yield
            return
        try:
            claim = stack.enter_context(claimed(path, limit, notice, waiting, sure=sure))
        except TakenError as error:
            raise LockedError(path, str(error)) from None
        stack.enter_context(_noted(claim))
        yield


@contextmanager
def _noted(claim: Claim | None) -> Iterator[None]:
    """Note a lock of this thread, if it is a claim; what fails as that was lost says so."""
    locks: list[Claim | None] = _HELD.__dict__.setdefault("locks", [])
    locks.append(claim)
    try:
        yield
    except LockLostError:
        raise
    except Exception as error:
        if claim and not _is_held(claim):
            raise LockLostError(claim.path) from error
        raise
    finally:
        locks.pop()


def demand_held(*, surely: bool = True) -> None:
    """Look whether this thread still holds the lock that it took last: what it made may go out.

    Args:
        surely: whether to ask the disk even if nobody can have taken it over as yet.

    Raises:
        LockLostError: another process has taken it over, as this one stood still.
        MachineError: the disk does not say.
    """
    claim = next(reversed(_HELD.__dict__.get("locks", ())), None)
    if claim and not _is_held(claim, surely=surely):
        raise LockLostError(claim.path)


def _is_held(claim: Claim, *, surely: bool = True) -> bool:
    """As `Claim.held`; a disk that does not say is a refusal of the machine."""
    try:
        return claim.held(surely=surely)
    except OSError as error:
        raise MachineError.of(error, claim.path, "to see whether it is still locked") from error


def setting() -> tuple[str, float]:
    """The kind of locks that the user wants, and after how many seconds a claim is taken over.

    Raises:
        RequestError: the environment names no kind of lock.
    """
    text = os.environ.get(VARIABLE) or AUTO
    kind, _, number = text.partition(":")
    try:
        limit = float(number) if number else LIMIT
    except ValueError:
        limit = 0.0
    if kind not in (AUTO, FLOCK, CLAIMS) or not 1 <= limit < float("inf"):
        raise RequestError(
            f"{VARIABLE}={text}: wanted {AUTO}, {FLOCK} or {CLAIMS}, with seconds of 1 or more"
            f" after which a claim is taken over, as {CLAIMS}:{LIMIT:.0f}"
        )
    return kind, limit


def by_claims(folder: Path, kind: str = AUTO) -> bool:
    """Whether the locks in a folder are claims before any is tried."""
    if kind != AUTO:
        return kind == CLAIMS
    # one who has to claim there decides for all, also for who sees a file system of its own
    return (folder / FOLDER).is_dir() or is_shared(file_system(folder))


def kind_in_words(folder: Path) -> str:
    """Which locks a folder has that may not be there yet, and the type of its file system."""
    nearest = next((one for one in (folder, *folder.absolute().parents) if one.is_dir()), folder)
    kind = CLAIMS if by_claims(nearest, setting()[0]) else FLOCK
    return f"{kind} ({file_system(nearest) or 'unknown'})"


def _flocked(
    path: Path, notice: Callable[[str], None] | None, waiting: str, kind: str
) -> BaseFileLock | None:
    """The file system's own lock; None where it has none that holds, and claims are to be made."""
    from filelock import FileLock, Timeout

    # a soft lock is a file that is there: one that was left is waited for until the end of days
    lock = FileLock(path, fallback_to_soft=False)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if notice is None:
                raise LockedError(path) from None
            notice(waiting)
            lock.acquire()
        holds = _holds(path)
    except OSError as error:
        lock.release()
        if error.errno in NO_LOCKS and kind == AUTO:
            return None
        raise _refused(error, path) from error
    if holds and not by_claims(path.parent, kind):  # as it may have become meanwhile
        return lock
    lock.release()
    if kind == FLOCK:
        raise NoLocksError(f"{path.parent}: flock does not hold there; {VARIABLE}={CLAIMS} does")
    return None


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
