"""Commands in messages: as they can be copied, with the folders that this one works in."""

from __future__ import annotations

import shlex
from pathlib import Path

USUAL = Path("runs")
"""The folder of runs where nobody names one."""


def typed(*words: str, runs: Path | None = None) -> str:
    """A command as a shell takes it; with `--runs` where the runs are not in the usual folder."""
    named = ["--runs", str(runs)] if runs not in (None, USUAL) else []
    return shlex.join([*words, *named])
