"""Locks between processes: held by whoever lives, and never by a file that somebody left.

Where the file system's own locks hold, they are these: flock, which ends with its process. Where
it is refused, where it is seen not to hold, and on file systems that machines share, where no
machine can see whether it holds between them, they are claims (`claims.py`). Of two processes that
take it by different kinds each looks whether the other one has it, as far as its machine can see.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.api.errors import BenchError, RequestError
from bench.storage.claims import FOLDER, Claim, TakenError, claimed, claimers, until_free
from bench.storage.claims_watched import FASTEST, SLOWEST
from bench.storage.flocks import LockedError, NoLocksError, flocked, is_flocked, wait_or_leave
from bench.storage.machine import MachineError
from bench.storage.mounts import file_system, is_shared

__all__ = ["LockLostError", "LockedError", "NoLocksError", "demand_held", "locked"]

log = logging.getLogger(__name__)

VARIABLE = "BENCH_LOCKS"
AUTO, FLOCK, CLAIMS = "auto", "flock", "claims"
LIMIT = 180.0
"""Seconds without a sign of life after which a claim is taken over; attributes of files on NFS are
up to 60 s old, and a server that starts anew stands still for 90."""
UNSEEN = "%s: %s has it, too, and sees no flock of this machine; wanted %s=%s on all machines"
_HELD = threading.local()


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
    how = (notice, waiting)
    with ExitStack() as stack:
        if stack.enter_context(_by_flock(path, kind, limit, *how, sure=sure)):
            stack.enter_context(_noted(None))
        else:
            claim = stack.enter_context(_by_claim(path, limit, *how, sure=sure))
            stack.enter_context(_noted(claim))
        yield


@contextmanager
def _by_flock(
    path: Path,
    kind: str,
    limit: float,
    notice: Callable[[str], None] | None,
    waiting: str,
    *,
    sure: bool,
) -> Iterator[bool]:
    """Hold the file system's own lock; gives False where it is to be a claim."""
    lock = None
    if not by_claims(path.parent, kind):
        lock = flocked(path, notice, waiting, must=kind == FLOCK)
    try:
        if lock and kind == AUTO and by_claims(path.parent):  # as it may have become meanwhile
            lock.release()
            lock = None
        if kind == FLOCK and not lock:
            raise NoLocksError(
                f"{path.parent}: flock does not hold there; {VARIABLE}={CLAIMS} does"
            )
        if lock:
            with _taken(path):
                until_free(path, limit, notice, waiting, sure=sure)
        yield lock is not None
        if lock and (who := claimers(path, limit)):
            log.warning(UNSEEN, path, who, VARIABLE, CLAIMS)
    finally:
        if lock:
            lock.release()


@contextmanager
def _by_claim(
    path: Path,
    limit: float,
    notice: Callable[[str], None] | None,
    waiting: str,
    *,
    sure: bool,
) -> Iterator[Claim]:
    """Hold a claim that nobody of this machine has by flock, as before there was any claim."""
    # where machines share it, nobody of this one is to be seen so, and asking may take for ever
    asks = not is_shared(file_system(path.parent))
    while True:
        with _taken(path), claimed(path, limit, notice, waiting, sure=sure) as claim:
            if not (asks and is_flocked(path)):
                yield claim
                return
        wait_or_leave(path, notice, waiting)
        pause = FASTEST
        while is_flocked(path):
            time.sleep(pause)
            pause = min(1.5 * pause, SLOWEST)


@contextmanager
def _taken(path: Path) -> Iterator[None]:
    """Somebody else's claim is as any lock."""
    try:
        yield
    except TakenError as error:
        raise LockedError(path, str(error)) from None


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
