"""What every command works in: the home folder and the terminal."""

from __future__ import annotations

import os

from bench.api.context import Context
from bench.api.errors import RequestError
from bench.cli.progress import notice, progress
from bench.storage.home import Home

JOBS = "BENCH_JOBS"
"""The variable that says how many worker processes or threads there may be."""


def context(home: Home) -> Context:
    """A context that reports on the terminal.

    Raises:
        RequestError: the environment asks for a number of workers that is none.
    """
    return Context(
        data=home.data,
        scratch=home.scratch,
        checkpoints=home.fits,
        jobs=_jobs(),
        progress=progress,
        notice=notice,
    )


def _jobs() -> int:
    """As many as the environment says, else one for each core that this process may use."""
    jobs = os.environ.get(JOBS)
    if not jobs:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if not jobs.isdecimal() or not int(jobs):
        raise RequestError(f"{JOBS}={jobs}: wanted a positive whole number")
    return int(jobs)
