"""Progress on the terminal, with an estimate; a line now and then where there is none."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from bench.api.context import Bar

EVERY = 15.0
"""Seconds between two lines where there is no terminal."""


def progress(label: str, total: float, done: float = 0) -> AbstractContextManager[Bar]:
    """A bar on the standard error stream."""
    return _bar(label, total, done) if sys.stderr.isatty() else _lines(label, total, done)


def notice(line: str) -> None:
    """One line for the user, apart from the results on the standard output."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@contextmanager
def _bar(label: str, total: float, done: float) -> Iterator[Bar]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class _Speed(TextColumn):
        def __init__(self) -> None:
            super().__init__("")

        def render(self, task: Task) -> Text:
            return Text(f"{rate(task.speed)}/s" if task.speed else "")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        _Speed(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(label, total=total, completed=int(done))

        class _Rich:
            def advance(self, steps: float = 1) -> None:
                bars.advance(task, steps)

        yield _Rich()


class _Lines:
    def __init__(self, label: str, total: float, done: float) -> None:
        self.label, self.total, self.before, self.done = label, total, done, done
        self.started = self.printed_at = time.monotonic()

    def advance(self, steps: float = 1) -> None:
        self.done += steps
        now = time.monotonic()
        if now - self.printed_at < EVERY or self.done <= self.before:
            return
        self.printed_at = now
        speed = (self.done - self.before) / (now - self.started)
        if not self.total:  # nobody knows how many there are
            notice(f"{self.label}: {self.done:.0f}, {rate(speed)}/s")
            return
        left = max(self.total - self.done, 0) / speed
        share = f"{100 * self.done / self.total:.0f} % of {self.total:.0f}"
        notice(f"{self.label}: {share}, {rate(speed)}/s, about {left:.0f} s left")


@contextmanager
def _lines(label: str, total: float, done: float) -> Iterator[Bar]:
    bar = _Lines(label, total, done)
    yield bar
    took = time.monotonic() - bar.started
    if took >= 1:
        notice(
            f"{label}: {bar.done - done:.0f} in {took:.0f} s, {rate((bar.done - done) / took)}/s"
        )


def rate(speed: float) -> str:
    """Steps a second in few digits, without an exponent."""
    return f"{speed:.0f}" if speed >= 10 else f"{speed:.2g}"
