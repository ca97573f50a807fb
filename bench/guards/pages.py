"""The guards' pages, made from the guards: `python -m bench.guards.pages docs/reference/guards`."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.api.guard import Guard, InputEvidence, ProbeEvidence, ScoreEvidence
from bench.guards.every import by_code, evidence_of
from bench.guards.evidence import SmokeFitEvidence, StoppedEvidence, TrainingEvidence
from bench.plugins.registry import load_registry

MOMENTS: dict[type, str] = {
    InputEvidence: "before anything is fitted",
    SmokeFitEvidence: "at the smoke fit, on a few events",
    ProbeEvidence: "at the smoke fit and once more at the fit",
    TrainingEvidence: "at the fit",
    StoppedEvidence: "at the smoke fit or at the fit, where it stops",
    ScoreEvidence: "at the scores",
}
INDEX = "README.md"


def every() -> Mapping[str, type[Guard[Any]]]:
    """All guards that are installed, by code."""
    return by_code(load_registry().guards)


def described(guard: type[Guard[Any]]) -> str:
    """What it looks at and why, and what to do, indented: for the terminal."""
    text = f"{inspect.getdoc(guard)}\n\nWhat to do: {guard.remedy}."
    return textwrap.indent(text, "  ")


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
        for code, guard in every().items()
    ]
    return (
        "# Guards\n\nEach looks at every run; `bench doctor RUN` says what they found.\n\n"
        "| code | name | severity | looks | in one line |\n"
        "|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def pages() -> dict[str, str]:
    """Every page by its file's name."""
    return {f"{code}.md": page(guard) for code, guard in every().items()} | {INDEX: index()}


def moment(guard: type[Guard[Any]]) -> str:
    """When it looks."""
    return MOMENTS[evidence_of(guard)]


if __name__ == "__main__":
    for name, content in pages().items():
        Path(sys.argv[1], name).write_text(content, encoding="utf-8")
