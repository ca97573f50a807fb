"""What a command or a notebook works in: the home folder, the terminal, the workers."""

from __future__ import annotations

import os

from bench.api.context import Context
from bench.api.errors import RequestError
from bench.storage.home import Home
from bench.workbench.progress import notice, progress

JOBS = "BENCH_JOBS"
"""The variable that says how many worker processes or threads there may be."""


def context(home: Home) -> Context:
    """A context that reports on the standard error stream.

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
