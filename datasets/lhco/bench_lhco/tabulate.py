"""From a file of events to the table of their features, slice by slice in worker processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_lhco.events import event_ids
from bench_lhco.files import count_events, provenance, slices
from bench_lhco.workers import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLICE = 1000


@dataclass(frozen=True)
class _Job:
    """Features of the events from `start` to `stop`."""

    path: Path
    start: int
    stop: int
    labels: NDArray[np.int8] | int | None
    allowed: tuple[int, ...]
    radius: float
    min_pt: float
    features: str


@dataclass(frozen=True, eq=False)
class _Rows:
    x: NDArray[np.float32]
    y: NDArray[np.int8]
    ids: NDArray[np.uint64]


def tabulate(
    path: Path,
    *,
    labels: NDArray[np.int8] | int | None,
    allowed: Sequence[int],
    radius: float,
    min_pt: float,
    features: str,
    context: bench.Context,
) -> bench.Table:
    """The features of every event of a file, in the file's order.

    Raises:
        InputError: an invalid file or event.
    """
    total = count_events(path)
    work = [
        _Job(
            path, start, min(start + SLICE, total), labels, tuple(allowed), radius, min_pt, features
        )
        for start in range(0, total, SLICE)
    ]
    done: dict[int, _Rows] = {}
    with context.progress(f"jets of {path.name}", total=total) as bar:
        for job, rows in spread(_rows, work, context.jobs):
            done[job.start] = rows
            bar.advance(len(rows.y))
    parts = [done[job.start] for job in work]
    x, y, ids = (np.concatenate([getattr(p, name) for p in parts]) for name in ("x", "y", "ids"))
    return bench.Table(_columns(features), *_once(x, y, ids, path, context))


def _once(
    x: NDArray[np.float32],
    y: NDArray[np.int8],
    ids: NDArray[np.uint64],
    path: Path,
    context: bench.Context,
) -> tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.uint64], NDArray[np.float64]]:
    """Each event once, the first of its kind, with its weight."""
    _, first = np.unique(ids, return_index=True)
    if len(first) < len(ids):
        context.notice(f"{path.name}: {len(ids) - len(first)} repeated events are left out")
    rows = np.sort(first)
    return x[rows], y[rows], ids[rows], _weights(y[rows], path)


def _weights(y: NDArray[np.int8], path: Path) -> NDArray[np.float64]:
    """One each for a published file; those of a twin restore the natural rate of signal."""
    weights = np.ones(len(y))
    fraction = (provenance(path) or {}).get("signal_fraction")
    signal = int((y == 1).sum())
    if fraction is not None and 0 < signal < len(y):
        share = float(fraction)
        weights[y == 1] = share * len(y) / signal
        weights[y == 0] = (1 - share) * len(y) / (len(y) - signal)
    return weights


def _columns(features: str) -> tuple[bench.Column, ...]:
    from bench_lhco.diary_features import DIARY_COLUMNS
    from bench_lhco.features import COLUMNS

    return DIARY_COLUMNS if features == "diary" else COLUMNS


def _rows(job: _Job) -> _Rows:
    from bench_lhco.diary_features import diary_features
    from bench_lhco.features import features
    from bench_lhco.jets import cluster

    (events,) = slices(
        job.path,
        SLICE,
        job.start,
        job.stop,
        labels=job.labels,
        allowed=job.allowed,
    )
    if job.features == "diary":
        x = diary_features(events.particles)
    else:
        jets = cluster(events.particles, job.radius, job.min_pt)
        x = features(jets, events.particles)
    return _Rows(x, events.y, event_ids(events.particles))
