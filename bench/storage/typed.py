"""Commands in messages: as they can be copied, with the folder of runs that this one works in."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

RUNS, USUAL = "BENCH_RUNS", "runs"
"""The variable that names the folder of runs, and the folder where nobody names one."""


def typed(*words: str, runs: Path | None = None) -> str:
    """A command as a shell takes it; with `--runs` where it would look into another folder."""
    named = runs is not None and runs != Path(os.environ.get(RUNS) or USUAL)
    return shlex.join([*words, *(["--runs", str(runs)] if named else [])])
