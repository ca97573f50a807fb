"""Who has claimed something: a process, of which its own machine knows whether it has ended."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

PROC = Path("/proc")
BOOT = PROC / "sys/kernel/random/boot_id"
ENDED = {"Z", "X"}
"""States of a process that has ended and whose parent has not asked how."""


@dataclass(frozen=True)
class Machine:
    """Where a process id means one process; all are empty where nobody can say."""

    host: str
    boot: str
    """The id of this boot of its kernel."""
    space: str
    """Namespaces of process ids and of time: a container has others than its host."""


@lru_cache(maxsize=1)
def machine() -> Machine:
    """The machine that this process is on."""
    try:
        boot = BOOT.read_text(encoding="ascii").strip()
        spaces = [str((PROC / "self/ns" / name).readlink()) for name in ("pid", "time")]
    except (OSError, ValueError):
        boot, spaces = "", []
    return Machine(platform.node() or "?", boot, " ".join(spaces))


@dataclass(frozen=True)
class Owner:
    """A process that has claimed something."""

    host: str
    boot: str
    space: str
    pid: int
    began: str
    """When it was begun, in the kernel's ticks since the boot; empty where nobody can say."""
    since: str
    """When it claimed it, in UTC by its own clock: for people, not to be compared."""
    limit: float
    """Seconds without a sign of life after which it may be taken for gone."""

    @classmethod
    def here(cls, limit: float) -> Owner:
        """This process, which claims something now."""
        here, pid = machine(), os.getpid()
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return cls(here.host, here.boot, here.space, pid, _stat(pid)[1], since, limit)

    def is_here(self) -> bool:
        """Whether it is, or was, a process of this machine, as far as anybody can say."""
        return bool(self.boot) and Machine(self.host, self.boot, self.space) == machine()

    def ended(self) -> bool:
        """Whether a process of this machine has ended for sure."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:  # somebody else's
            pass
        state, began = _stat(self.pid)  # nothing, where others' processes are hidden
        return state in ENDED or bool(began and self.began and began != self.began)

    def __str__(self) -> str:
        """As it is called in a notice."""
        return f"process {self.pid} on {self.host}, since {self.since}"


def _stat(pid: int) -> tuple[str, str]:
    """The state of a process and when it was begun; nothing where nobody can say."""
    try:
        line = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return line[0].decode(), line[19].decode()
    except (OSError, IndexError, ValueError):
        return "", ""
