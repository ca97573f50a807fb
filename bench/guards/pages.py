"""The guards' pages, made from the guards: `python -m bench.guards.pages docs/reference/guards`."""

from __future__ import annotations

import inspect
import sys
import textwrap
from pathlib import Path
from typing import Any

from bench.guards.codes import by_code
from bench.guards.every import BEFORE, JUDGED, PROBED, REHEARSED, STOPPED, TRAINED
from bench.guards.guard import Guard

MOMENTS = (
    (BEFORE, "before anything is fitted"),
    (REHEARSED, "at the rehearsal, a fit on a few events"),
    (PROBED, "at the rehearsal and once more at the fit"),
    (TRAINED, "at the fit"),
    (STOPPED, "at the rehearsal or at the fit, where it stops"),
    (JUDGED, "at the scores"),
)
INDEX = "README.md"


def described(guard: type[Guard[Any]]) -> str:
    """What it looks at and why, and what to do, indented: for the terminal."""
    told = f"{inspect.getdoc(guard)}\n\nWhat to do: {guard.remedy}."
    return textwrap.indent(told, "  ")


def page(guard: type[Guard[Any]]) -> str:
    """The page of one guard, as markdown."""
    return (
        f"# {guard.code} {guard.name}\n\n"
        f"{guard.severity}, {moment(guard)}\n\n"
        f"{inspect.getdoc(guard)}\n\n"
        f"**What to do:** {guard.remedy}. To let it through, visibly: `--allow {guard.code}`.\n"
    )


def index() -> str:
    """The page of all guards, as markdown."""
    rows = [
        f"| [{code}]({code}.md) | {guard.name} | {guard.severity} | {moment(guard)} | "
        f"{(inspect.getdoc(guard) or '').splitlines()[0]} |"
        for code, guard in by_code().items()
    ]
    return (
        "# Guards\n\nEach looks at every run; `bench doctor RUN` says what they found.\n\n"
        "| code | name | severity | looks | in one line |\n"
        "|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def pages() -> dict[str, str]:
    """Every page by its file's name."""
    return {f"{code}.md": page(guard) for code, guard in by_code().items()} | {INDEX: index()}


def moment(guard: type[Guard[Any]]) -> str:
    """When it looks."""
    return next(told for guards, told in MOMENTS if guard in guards)


if __name__ == "__main__":
    for name, content in pages().items():
        Path(sys.argv[1], name).write_text(content, encoding="utf-8")
