"""From a file of events to their features: chunk by chunk in worker processes, then all in one.

An interrupted ingest goes on from the chunks whose receipts are there, and comes to the same
bytes.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_lhco.chunks import (
    Content,
    Job,
    Receipt,
    content_of,
    job_of,
    joined_content,
    make_chunk,
    plain_of,
    receipt_of,
)
from bench_lhco.files.values import demand_few_skipped
from bench_lhco.recipe import Recipe
from bench_lhco.state import state_of
from bench_lhco.workers import (
    Elsewhere,
    KilledError,
    alone,
    demand_same_code,
    limit_process,
    shared_out,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

CHUNK = 5000
"""Events of a chunk, which an interrupted ingest loses at most of each worker."""
TOGETHER = 5
"""Chunks that a process makes on another machine, as it takes a second to start."""


def ingest(jobs: list[Job], context: bench.Context) -> Content:
    """The features of all events of a file, in its order, but for the invalid ones.

    Args:
        jobs: the chunks of the file, as they were `planned`; finished ones are not made again.
        context: its `jobs` are the worker processes.

    Raises:
        InputError: an invalid event, or too many that were to be skipped; or a file that is no
            longer what it was when the chunks were planned, or that ends the process that reads it.
    """
    recipe, events, folder = jobs[0].recipe, jobs[-1].stop, jobs[0].folder
    folder.mkdir(parents=True, exist_ok=True)
    receipts = {job.start: receipt for job in jobs if (receipt := receipt_of(job))}
    missing = [job for job in jobs if job.start not in receipts]
    skipped = sum(receipt.skipped for receipt in receipts.values())
    demand_few_skipped(recipe.path, skipped, events, all_seen=False)
    done = events - sum(job.stop - job.start for job in missing)
    with context.progress(f"jets of {recipe.path.name}", events, done) as bar:
        for job in _made(missing, context):
            receipt = receipt_of(job)
            bar.advance(job.stop - job.start)
            skipped += receipt.skipped if receipt else 0
            demand_few_skipped(recipe.path, skipped, events, all_seen=False)
    return _summed(jobs, events)


def _made(missing: list[Job], context: bench.Context) -> Iterator[Job]:
    """Each missing chunk, when it is made.

    Raises:
        InputError: a worker was ended twice over the same events.
    """
    there = context.spread and Elsewhere(context.spread, _make_there, _text)
    share = min(TOGETHER, max(1, len(missing) // 16)) if there else 1
    shares = [missing[i : i + share] for i in range(0, len(missing), share)]
    try:
        for done in shared_out(
            _make, shares, context.jobs, tell=_described, limited=True, elsewhere=there
        ):
            yield from done
    except KilledError as e:
        path = missing[0].recipe.path
        raise bench.InputError(
            f"{path}: a worker was ended twice over {e.item}: damaged there, or too little memory; "
            f"`{shlex.join(['bench', 'data', 'check', str(path)])}` tells which"
        ) from e


def _text(jobs: list[Job]) -> str:
    return json.dumps([plain_of(job) for job in jobs])


def _make_there(text: str) -> None:
    """Make the missing chunks of a text, with limits, by the code that their folder is named by."""
    limit_process()
    jobs = [job_of(plain) for plain in json.loads(text)]
    demand_same_code(jobs[0].folder.name.partition("-")[0], jobs[0].recipe.key)
    for job in jobs:
        with alone(job.file):
            if receipt_of(job) is None:
                make_chunk(job)


def _make(jobs: list[Job]) -> None:
    for job in jobs:
        make_chunk(job)


def _described(jobs: list[Job]) -> str:
    return f"events {jobs[0].start} to {jobs[-1].stop - 1}"


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


def _summed(jobs: list[Job], events: int) -> Content:
    """All chunks in one, their receipts added up to the whole file."""
    parts = []
    counted = 0
    for job in jobs:
        receipt: Receipt | None = receipt_of(job)
        content = content_of(job)
        if receipt is None or content is None or len(content.ids) != receipt.count:
            job.receipt.unlink(missing_ok=True)
            raise bench.BenchError(
                f"{job.file} does not hold what its receipt says; run it again, and it is made anew"
            )
        counted += receipt.count + receipt.skipped
        parts.append(content)
    if counted != events:
        raise bench.BenchError(f"{counted} events came of {events} in {jobs[0].recipe.path}")
    return joined_content(parts)
