"""Looks at the processes of this machine, and ends some of them."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def children_of(parent: int) -> list[int]:
    """The processes, still running, whose parent this is."""
    with suppress(FileNotFoundError):
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        return [int(pid) for pid in children.split()]
    return []


def workers_of(parent: int) -> list[int]:
    """Those of them that do its work, which Python's resource tracker does not."""
    workers = []
    for pid in children_of(parent):
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                workers.append(pid)
    return workers


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def slay(pid: int) -> None:
    """SIGKILL, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def restore_ctrl_c() -> None:
    """A shell lets what it runs in the background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
