"""What every command works in: the home folder and the terminal."""

from __future__ import annotations

import os

from bench.cli.progress import notice, progress
from bench.context import Context
from bench.home import Home


def context(home: Home) -> Context:
    """A context that reports on the terminal."""
    return Context(
        data=home.data,
        scratch=home.scratch,
        checkpoints=home.fits,
        jobs=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1,
        progress=progress,
        notice=notice,
    )
