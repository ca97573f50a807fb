"""Claims: locks of folders and renames alone, for file systems whose own locks hold for nobody.

A claim is a folder with one file, named by a token, of its owner. It is made beside and takes its
name by one rename, which no file system does where a folder is that has something in it. Who lets
go, or takes over, removes the file of one token, and so never the claim of who came next. The
owner touches its file again and again. Whether it does is seen by watching it on one's own clock:
clocks of two machines are never compared, but for whole days.
"""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from bench.storage.claims_watched import BEATS, DAY, GONE, Other, names_in
from bench.storage.machine import TAKEN, MachineError, wanted
from bench.storage.owner import Owner

FOLDER = ".claims"
"""Beside the locks of a folder: where it is, all of them are claims."""
LONGEST, BEGINNING = 200, 40
"""Bytes of a lock's name that its claim is called by, as drafts of claims have longer names; and
letters of a longer one's."""
DENIED = {errno.EACCES, errno.EPERM, errno.EBUSY}
"""What Windows and CIFS may say of it."""


class TakenError(Exception):
    """Somebody else has the claim, who is named, and it was not wanted to wait."""


def clock() -> float:
    """Seconds on a clock that nobody sets, and that goes on while the machine sleeps."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


@dataclass
class Claim:
    """A claim of this process: its thread says again and again that it lives."""

    path: Path
    """The lock that it is for."""
    file: Path
    """Of its owner, in the claim's folder."""
    limit: float
    """Seconds without a sign of life after which others may take it over."""
    beaten: float
    """When it gave its last sign of life, or a little earlier."""
    lost: bool = False
    """Whether somebody has taken it over."""
    _end: threading.Event = field(default_factory=threading.Event)
    _pid: int = field(default_factory=os.getpid)

    def begin(self) -> Claim:
        """Give signs of life from now on."""
        name = f"claim-{self.path.name}"
        threading.Thread(target=self._go_on, name=name, daemon=True).start()
        return self

    def _go_on(self) -> None:
        while not self._end.wait(self.limit / BEATS) and not self.lost:
            with suppress(OSError):  # another time: it is long until somebody takes it over
                self._beat()

    def _beat(self) -> None:
        now = clock()
        try:
            os.utime(self.file)
        except OSError as error:
            self.lost = self.lost or error.errno in GONE
            raise
        self.beaten = max(self.beaten, now)

    def held(self, *, surely: bool = False) -> bool:
        """Whether it is still this process's; asks the disk only where it must, or `surely`.

        Raises:
            OSError: the disk refuses to say.
        """
        # until then nobody can have watched it for the whole limit
        late = clock() - self.beaten > self.limit / 2
        if not self.lost and (surely or late):
            try:
                self._beat()
            except OSError:
                if late and not self.lost:
                    raise
        return not self.lost

    def release(self) -> None:
        """Let it go; of who has taken it over nothing is touched."""
        if os.getpid() != self._pid:  # a fork of who has it
            return
        self._end.set()
        with suppress(OSError):
            self.file.unlink()
        with suppress(OSError):  # the next one may be in it
            self.file.parent.rmdir()


@contextmanager
def claimed(
    path: Path,
    limit: float,
    notice: Callable[[str], None] | None,
    waiting: str,
    *,
    sure: bool = False,
) -> Iterator[Claim]:
    """Hold a claim, alone among all processes of all machines.

    Args:
        path: the lock that it is for.
        limit: seconds without a sign of life after which others may take it over.
        notice: told once if it has to wait, and whose work is taken over; without, it does not
            wait.
        waiting: what is said then, before who it is.
        sure: without a notice, whether to stay until it is known that the other one lives.

    Raises:
        TakenError: somebody else has it, and it is not to wait.
        MachineError: the machine refuses to make or to remove a claim.
    """
    room = path.parent / FOLDER
    with wanted("to lock it by a folder there", path):
        room.mkdir(exist_ok=True)
    other = Other(_folder(path), limit)
    while (claim := _put(path, other.folder, limit)) is None:
        _look(other, notice, waiting, sure=sure)
    claim.begin()
    try:
        with wanted("to lock it", path):
            path.touch()  # as who had it may have removed it, by which others see that it is locked
        _sweep(room, other.folder.name)
        yield claim
    finally:
        claim.release()


def until_free(
    path: Path,
    limit: float,
    notice: Callable[[str], None] | None,
    waiting: str,
    *,
    sure: bool = False,
) -> None:
    """Wait until nobody has a claim, as `claimed` does, for who needs none.

    Raises:
        TakenError: somebody has it, and it is not to wait.
        MachineError: the machine refuses to remove a claim.
    """
    other = Other(_folder(path), limit)
    while names_in(other.folder):
        _look(other, notice, waiting, sure=sure)


def claimers(path: Path, limit: float) -> str:
    """Who has a claim, in words; empty if nobody has, or the machine does not say."""
    other = Other(_folder(path), limit)
    with suppress(MachineError):
        other.look()
    return other.names()


def _folder(path: Path) -> Path:
    """That of the claim of a lock."""
    name = path.name
    if len(os.fsencode(name)) > LONGEST:
        name = f"{name[:BEGINNING]}-{sha256(os.fsencode(name)).hexdigest()[:32]}"
    return path.parent / FOLDER / name


def _look(other: Other, notice: Callable[[str], None] | None, waiting: str, *, sure: bool) -> None:
    """See who has a claim, say whom it waits for, and wait a little if somebody has.

    Raises:
        TakenError: somebody has it, and it is not to wait.
    """
    gone = other.look()
    if notice is None:
        if other.owners and (other.alive or not sure):
            raise TakenError(other.names())
    else:
        for line in gone:
            notice(line)
        if other.owners and not other.said:
            notice(f"{waiting} ({other.names()})")
            other.said = True
    if other.owners or not gone:
        other.rest()


def _put(path: Path, folder: Path, limit: float) -> Claim | None:
    """Claim it, in one step; None where somebody else has, or has just let go."""
    import msgspec

    if names_in(folder):
        return None
    token = uuid4().hex
    draft = folder.with_name(f".{folder.name}.{token}")
    claim = Claim(path, folder / token, limit, clock())
    with wanted("to lock it", path):
        try:
            draft.mkdir(exist_ok=True)
            (draft / token).write_bytes(msgspec.json.encode(Owner.here(limit)))
            draft.rename(folder)
        except OSError as error:
            if claim.file.exists():  # done, but the answer was lost on its way
                return claim
            if not _is_of_others(error, draft, folder):
                # by its folder: the draft's long name would push the way out from the line
                raise OSError(error.errno, error.strerror, str(path.parent)) from error
            return None
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return claim


def _is_of_others(error: OSError, draft: Path, folder: Path) -> bool:
    """Whether a claim was refused as others are at it; of who has just let go nothing stays."""
    try:
        folder.rmdir()
        empty = True
    except OSError:
        empty = False
    if error.errno in DENIED:
        return draft.exists() and (empty or bool(names_in(folder)))
    swept = error.errno in GONE and folder.parent.exists() and not draft.exists()
    return swept or error.errno in TAKEN


def _sweep(room: Path, name: str) -> None:
    """Remove drafts of claims whose makers were killed."""
    with suppress(OSError):
        for draft in room.iterdir():
            old = draft.name.startswith(f".{name}.") and time.time() - draft.stat().st_mtime > DAY
            if old:
                shutil.rmtree(draft, ignore_errors=True)
