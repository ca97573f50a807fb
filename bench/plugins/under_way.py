"""Which plugin's code is at work, as another process can see it that outlives this one.

A plugin may end the process without a word: by `os._exit`, by C's `exit`, by a crash. Whoever
watches over the process (`bench/cli/watched.py`) reads here what was at work then, and begins it
again, with what is known of the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import msgspec

PARENT = "BENCH_PARENT"
"""The variable that names the process which a command ends with, by its number."""
SIZE, HEAD = 1 << 20, 8
"""Bytes of the board, which is enough for the ends of thousands of runs; and of their number."""


class Board(Protocol):
    """Memory that two processes share."""

    def __setitem__(self, place: slice, content: bytes, /) -> None:
        """Write bytes."""

    def __getitem__(self, place: slice, /) -> bytes:
        """Read bytes."""


@dataclass(frozen=True)
class UnderWay:
    """What is at work."""

    what: str = ""
    """`run` or `plugin`, and which one; empty where it is none's code."""
    folder: str = ""
    """The name of the run's."""
    ends: Mapping[str, str] = field(default_factory=dict)
    """The folders of runs that did not end well, by what was at work."""
    code: int | None = None
    """The exit code of the command, once it has come to its end."""


@dataclass(frozen=True)
class Ended:
    """An earlier process that came to its end without a word."""

    why: str
    """How: `killed by SIGSEGV`."""
    folder: str = ""
    """The name of that of the run at work."""


ENDED: dict[str, Ended] = {}
"""What ended earlier processes of this command, by what was at work."""
RECORDED: dict[str, str] = {}
"""The folders of runs that earlier processes of this command recorded, and which did not end well.
"""
_board: Board | None = None
_owner = 0
_now = UnderWay()


def write_to(board: Board) -> None:
    """Write on this board from now on; child processes do not."""
    global _board, _owner
    _board, _owner = board, os.getpid()
    show(UnderWay())


def show(now: UnderWay) -> None:
    """Say what is at work."""
    global _now  # noqa: PLW0603
    _now = now
    if _board is not None and os.getpid() == _owner:
        content = msgspec.json.encode(now)
        if HEAD + len(content) <= SIZE:
            _board[0 : HEAD + len(content)] = len(content).to_bytes(HEAD, "big") + content


def read_from(board: Board) -> UnderWay:
    """What was at work when its process ended."""
    try:
        end = HEAD + int.from_bytes(board[0:HEAD], "big")
        return msgspec.json.decode(board[HEAD:end], type=UnderWay)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UnderWay()


class ProcessEndedError(Exception):
    """A plugin's code ended the process that did this before."""


@contextmanager
def at_work(what: str) -> Iterator[None]:
    """Say that this is at work meanwhile.

    Raises:
        ProcessEndedError: it has ended an earlier process of this command.
    """
    if ended := ENDED.get(what):
        raise ProcessEndedError(ended.why)
    before = _now
    show(replace(_now, what=what, folder=""))
    try:
        yield
    finally:
        show(replace(_now, what=before.what, folder=before.folder))


def in_folder(folder: Path) -> None:
    """Say which folder the run at work has claimed."""
    show(replace(_now, folder=folder.name))


def not_well(what: str, folder: Path) -> None:
    """Say that a run has its record, and did not end well."""
    show(replace(_now, ends={**_now.ends, what: folder.name}))
