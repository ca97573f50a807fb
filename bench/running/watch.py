"""Which runs of a study are queued, under way and done, for who watches from another thread."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.running.spread import BEGUN, Task


@dataclass(frozen=True)
class UnderWay:
    """A run that somebody does."""

    words: str
    """Which one."""
    where: str
    """The name of the machine."""
    seconds: float
    """Since it was begun."""
    says: str
    """The last line that it printed."""


@dataclass
class Watch:
    """Runs that were given to an executor together."""

    tasks: Mapping[str, Task]
    """By their content."""
    words: Mapping[str, str]
    """Of each, which run it is."""
    done: set[str] = field(default_factory=set)
    _since: float = field(default_factory=lambda: time.monotonic())  # noqa: PLW0108
    _stale: dict[str, tuple[datetime, str] | None] = field(init=False)
    """First lines of messages that were there before, of what was interrupted."""

    def __post_init__(self) -> None:
        self._stale = {key: first_line(task.log) for key, task in self.tasks.items()}

    @property
    def left(self) -> float | None:
        """Seconds until all are done, by those that are; None before the first one."""
        if not self.done:
            return None
        each = (time.monotonic() - self._since) / len(self.done)
        return each * (len(self.tasks) - len(self.done))

    def under_way(self) -> Iterator[UnderWay]:
        """Those that somebody does now, as their messages on the disk show."""
        folders = {task.log.parent for task in self.tasks.values()}
        printed = {file for folder in folders for file in _in(folder)}
        for key, task in self.tasks.items():
            begun = key not in self.done and task.log in printed
            line = first_line(task.log) if begun else None
            if line and line != self._stale[key]:
                when, where = line
                seconds = (datetime.now(UTC) - when).total_seconds()
                yield UnderWay(self.words[key], where, max(0.0, seconds), last_line(task.log))


def _in(folder: Path) -> list[Path]:
    """What is in a folder: one look, as most of a thousand runs have no messages so far."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def first_line(log: Path) -> tuple[datetime, str] | None:
    """When and on what machine a run was begun; None of one that nobody has begun."""
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            begun = BEGUN.fullmatch(lines.readline().rstrip("\n"))
    except OSError:
        return None
    return (datetime.fromisoformat(begun[1]), begun[2]) if begun else None


def last_line(log: Path) -> str:
    """The last line that a run printed, without who says it; empty where it has not."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line.strip()), "").removeprefix("bench: ")
