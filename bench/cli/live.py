"""A table of the runs that are under way, which stays up to date on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.plan.page import time_text

if TYPE_CHECKING:
    from rich.table import Table

    from bench.api.context import Bar
    from bench.running.watch import Watch

MOST = 20
"""Rows of the table; of more runs than that it says how many."""


class _Still:
    """What has nothing to draw, as the table is drawn by itself."""

    def advance(self, steps: float = 1) -> None:
        """Nothing."""


@contextmanager
def live(watch: Watch) -> Iterator[Bar]:
    """Show the runs on the standard error stream."""
    from rich.console import Console
    from rich.live import Live

    screen = Live(
        get_renderable=lambda: table_of(watch),
        console=Console(stderr=True),
        refresh_per_second=1,
        transient=True,
    )
    with screen:
        yield _Still()


def table_of(watch: Watch) -> Table:
    """How many are done and when all are, and of each that is under way where and since when."""
    from rich.table import Table
    from rich.text import Text

    rows = list(watch.under_way())
    queued = max(0, len(watch.tasks) - len(watch.done) - len(rows))
    title = f"{len(watch.done)} of {len(watch.tasks)} runs done, {len(rows)} under way"
    title += f", {queued} queued" if queued else ""
    title += f", about {time_text(watch.left)} left" if watch.left else ""
    table = Table(
        "run", "where", "since", "says", title=title, title_justify="left", box=None, expand=True
    )
    for row in rows[:MOST]:
        cells = (row.words, row.where, time_text(row.seconds), row.says)
        table.add_row(*(Text(cell, overflow="ellipsis", no_wrap=True) for cell in cells))
    if len(rows) > MOST:
        table.add_row(f"and {len(rows) - MOST} more")
    return table
