"""What every command works in: the home folder and the terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.workbench.surroundings import JOBS, context

if TYPE_CHECKING:
    from bench.api.context import Context

__all__ = ["JOBS", "context", "saying_once"]


def saying_once(context: Context) -> Context:
    """The same, which says no line of notice twice."""
    notices: set[str] = set()

    def once(line: str) -> None:
        if line not in notices:
            notices.add(line)
            context.notice(line)

    return replace(context, notice=once)
