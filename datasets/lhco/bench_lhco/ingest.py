"""From a file of events to their features: chunk by chunk in worker processes, then all in one.

An interrupted ingest goes on from the chunks whose receipts are there, and comes to the same
bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_lhco.chunks import (
    Job,
    Receipt,
    Recipe,
    Rows,
    joined_rows,
    make_chunk,
    receipt_of,
    rows_of,
    state_of,
)
from bench_lhco.workers import spread

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CHUNK = 5000
"""Events of a chunk, which an interrupted ingest loses at most of each worker."""
SKIPPED = 1e-3
"""The largest share of invalid events that may be left out."""


def ingest(jobs: list[Job], context: bench.Context) -> Rows:
    """The features of all events of a file, in its order, but for the invalid ones.

    Args:
        jobs: the chunks of the file, as they were `planned`; finished ones are not made again.
        context: its `jobs` are the worker processes.

    Raises:
        InputError: an invalid event, or too many that were to be skipped; or a file that is no
            longer what it was when the chunks were planned.
        BenchError: a worker was killed twice over the same events.
    """
    recipe, events, folder = jobs[0].recipe, jobs[-1].stop, jobs[0].folder
    folder.mkdir(parents=True, exist_ok=True)
    there = {job.start: receipt for job in jobs if (receipt := receipt_of(job))}
    missing = [job for job in jobs if job.start not in there]
    skipped = sum(receipt.skipped for receipt in there.values())
    _refuse_many(recipe, skipped, events)
    done = events - sum(job.stop - job.start for job in missing)
    with context.progress(f"jets of {recipe.path.name}", events, done) as bar:
        for job, receipt in spread(make_chunk, missing, context.jobs, tell=_told, limited=True):
            bar.advance(job.stop - job.start)
            skipped += receipt.skipped
            _refuse_many(recipe, skipped, events)
    return _summed(jobs, events)


def planned(
    recipe: Recipe, events: int, labels: NDArray[np.int8] | int | None, folder: Path
) -> list[Job]:
    """The chunks of a file, of which there is to be no change from now on.

    Args:
        recipe: what to make.
        events: how many the file declares.
        labels: those of the whole file, or one for all, where it has none itself.
        folder: where the chunks are kept, and where another ingest finds them.
    """
    state = state_of(recipe.path)
    jobs = []
    for start in range(0, events, CHUNK):
        stop = min(start + CHUNK, events)
        theirs = labels[start:stop] if isinstance(labels, np.ndarray) else labels
        jobs.append(Job(recipe, folder, start, stop, theirs, state))
    return jobs


def _summed(jobs: list[Job], events: int) -> Rows:
    """All chunks in one, their receipts added up to the whole file."""
    parts = []
    counted = 0
    for job in jobs:
        receipt: Receipt | None = receipt_of(job)
        rows = rows_of(job)
        if receipt is None or rows is None or len(rows.ids) != receipt.count:
            job.receipt.unlink(missing_ok=True)
            raise bench.BenchError(
                f"{job.file} does not hold what its receipt says; run it again, and it is made anew"
            )
        counted += receipt.count + receipt.skipped
        parts.append(rows)
    if counted != events:
        raise bench.BenchError(f"{counted} events came of {events} in {jobs[0].recipe.path}")
    return joined_rows(parts)


def _refuse_many(recipe: Recipe, skipped: int, events: int) -> None:
    """Refuse a file with too many invalid events as soon as that is known.

    Raises:
        InputError: there are too many.
    """
    if skipped > SKIPPED * events:
        raise bench.InputError(
            f"{recipe.path}: {skipped} or more of {events} events are invalid, "
            f"wanted at most {SKIPPED:.1%} to leave out"
        )


def _told(job: Job) -> str:
    return job.events
