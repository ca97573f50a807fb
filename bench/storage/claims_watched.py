"""A claim of somebody else, watched on one's own clock until whoever has it is gone."""

from __future__ import annotations

import errno
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

from bench.storage.machine import MachineError
from bench.storage.owner import Owner

BEATS = 9
"""Signs of life of an owner in the time after which it is taken for gone."""
DAY = 86400.0
"""Seconds by which no two machines' clocks differ."""
FASTEST, SLOWEST = 0.05, 5.0
"""Seconds between two looks at a claim that is waited for."""
GONE = {errno.ENOENT, errno.ESTALE, errno.ENOTDIR}
"""What file systems say of a file that is removed, here or elsewhere."""


@dataclass(frozen=True)
class Seen:
    """What was seen last of an owner's file."""

    state: tuple[int, int]
    since: float
    """For how long it has been so at least, on this process's clock."""
    moved: bool = False
    """Whether it was ever seen to change."""


_SEEN: dict[Path, Seen] = {}
"""By an owner's file: over several locks, so that who looks at many now and then learns, too."""


class Other:
    """A claim of somebody else, watched until it is gone."""

    def __init__(self, folder: Path, limit: float) -> None:
        self.folder = folder
        self.owners: list[Owner | str] = []
        """Who has it, as of the last look."""
        self.alive = False
        """Whether one of them is known to live."""
        self.said = False
        """Whether it was said that it is waited for."""
        self._limit, self._pause = limit, FASTEST

    def names(self) -> str:
        """Who has it, in words."""
        return ", ".join(map(str, self.owners))

    def rest(self) -> None:
        """Wait until the next look, each time a little longer."""
        if not self.owners:
            self._pause = FASTEST
        time.sleep(self._pause * random.uniform(0.7, 1.3))
        self._pause = min(self._pause * 1.5, SLOWEST, max(FASTEST, self._limit / BEATS))

    def look(self) -> list[str]:
        """See who has it, and remove what those have left who are gone; says who that was."""
        self.owners, self.alive, removed = [], False, []
        for name in names_in(self.folder):
            file = self.folder / name
            try:
                began = time.monotonic()
                content, status = _read(file)
                owner = _owner(content)
                if not (why := self._gone(file, owner, status, began)):
                    self.owners.append(owner or f"somebody who left {file}")
                    continue
                _SEEN.pop(file, None)
                file.unlink()
                removed.append(f"{owner or file}: {why}; it is taken over")
            except OSError as error:
                if error.errno not in GONE:
                    what = "to take over what is locked by it"
                    raise MachineError.of(error, file, what) from error
        return removed

    def _gone(self, file: Path, owner: Owner | None, status: os.stat_result, began: float) -> str:
        """Why an owner is taken for gone; empty of one that may live.

        Args:
            file: of the owner.
            owner: as it says itself.
            status: of the file.
            began: the time before that was read: it may have taken long.
        """
        if owner and owner.is_here() and owner.ended():
            return "has ended"
        limit = owner.limit if owner else self._limit
        state = (status.st_mtime_ns, status.st_ino)
        seen = _SEEN.get(file)
        if not seen or seen.state != state:
            seen = _SEEN[file] = Seen(state, time.monotonic(), moved=seen is not None)
        self.alive = self.alive or seen.moved or bool(owner and owner.is_here())
        if (silent := began - seen.since) >= limit:
            return f"no sign of life for {silent:.0f} s"
        if time.time() - status.st_mtime > max(DAY, limit):
            return "no sign of life for a day"
        return ""


def _read(file: Path) -> tuple[bytes, os.stat_result]:
    """The content of a file and its state, as its server has them: it is opened for that."""
    with file.open("rb") as stream:
        return stream.read(), os.fstat(stream.fileno())


def _owner(content: bytes) -> Owner | None:
    import msgspec

    try:
        return msgspec.json.decode(content, type=Owner)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def names_in(folder: Path) -> list[str]:
    """What is in a claim's folder; nothing where it is gone."""
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError as error:
        if error.errno in GONE:
            return []
        raise MachineError.of(error, folder, "to see who has it locked") from error
