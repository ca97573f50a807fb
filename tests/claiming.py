"""Processes that ask for the same entry of a cache: `python claiming.py FOLDER NAME NUMBER HOST`.

What they did is in files of the folder: `made`, who began to compute it; `ended`, who has it and
whether it was there; `NAME.said`, what was said. They compute until there is a file `go`.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

from bench.storage import owner
from bench.storage.cache import stored, verify
from bench.storage.locks import demand_held

PATIENCE = 60.0
"""Seconds after which a test gives up."""
LINE = b"0123456789abcdef\n" * 4096


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    for _ in range(int(PATIENCE / 0.02)):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def lines(file: Path) -> list[str]:
    """What was noted in a file, in this order."""
    return file.read_text().splitlines() if file.exists() else []


def note(file: Path, line: str) -> None:
    """Add a line in one call, as several processes do."""
    with file.open("ab", buffering=0) as stream:
        stream.write(f"{line}\n".encode())


def ask(folder: Path, name: str, *, host: str = "", checks: bool = True) -> None:
    """Ask for the entry, as a process of another machine if it is named."""

    def compute(draft: Path) -> None:
        note(folder / "made", name)
        (draft / "first half").write_bytes(LINE)
        while not (folder / "go").exists():
            time.sleep(0.02)
            if checks:
                demand_held(surely=False)
        (draft / "maker").write_text(name)
        (draft / "second half").write_bytes(LINE)

    mine = owner.machine()
    mine = replace(mine, host=host, boot=f"boot of {host}") if host else mine
    with mock.patch("bench.storage.owner.machine", return_value=mine):
        entry, reused = stored(
            folder / "cache", "key", compute, lambda line: note(folder / f"{name}.said", line)
        )
    verify(entry)
    note(
        folder / "ended", f"{name} {'found' if reused else 'made'} {(entry / 'maker').read_text()}"
    )


def begun(folder: Path, name: str, *, host: str = "", checks: bool = True) -> int:
    """A process that asks for it, a fork of this one; gives its id."""
    if child := os.fork():
        return child
    code = 1
    try:
        ask(folder, name, host=host, checks=checks)
        code = 0
    except BaseException:
        traceback.print_exc()
    os._exit(code)


def ended(children: list[int]) -> list[int]:
    """The exit codes of processes."""
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


if __name__ == "__main__":
    where, called, number, of_host = sys.argv[1:]
    if number == "1":
        ask(Path(where), called, host=of_host)
    else:
        several = [begun(Path(where), f"{called}{i}", host=of_host) for i in range(int(number))]
        sys.exit(any(ended(several)))
