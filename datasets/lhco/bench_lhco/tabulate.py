"""From a file of events to the table of their features: labels, weights, each event once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_lhco.chunks import Content
from bench_lhco.constituents import constituents_file, gather_constituents
from bench_lhco.digests import known_digest
from bench_lhco.features import SETS
from bench_lhco.files import inspected
from bench_lhco.imported.divided import once
from bench_lhco.ingest import ingest, planned
from bench_lhco.labels import ANY
from bench_lhco.recipe import Recipe

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ABANDONED = 7 * 24 * 3600
"""Seconds after which nobody is expected to go on with an ingest."""


def tabulate(
    recipe: Recipe,
    labels: NDArray[np.int8] | int | None,
    kinds: Sequence[str],
    signal: str,
    context: bench.Context,
    *,
    splits: NDArray[np.int8] | None = None,
) -> bench.Table:
    """The features of every event of a file, in the file's order.

    Args:
        recipe: the file, and what to make of its events.
        labels: for a file without a label column: those of all events, or one for all.
        kinds: the kinds of signal, which have the labels 1, 2 and so on.
        signal: the one that counts, events of the others being left out; or `any`.
        context: its `scratch` keeps the finished chunks of an interrupted ingest.
        splits: what a published division says of each event of the file, if it has one.

    Raises:
        InputError: an invalid file or event, too many that were to be skipped, or a file that is
            not the one that the recipe is for.
    """
    inspection = inspected(recipe.path)
    content, rows = _ingested(recipe, inspection.layout.events, labels, context, splits)
    skipped = inspection.layout.events - len(content.ids)
    if skipped:
        context.notice(f"{recipe.path.name}: {skipped} invalid events are left out")
    fraction = (inspection.provenance or {}).get("signal_fraction")
    table = bench.Table(
        columns=SETS[recipe.features].columns,
        x=content.x[rows],
        y=(content.labels[rows] > 0).astype(np.int8),
        ids=content.ids[rows],
        weights=_weights(content.labels[rows], None if fraction is None else float(fraction)),
        skipped=skipped,
        splits=None if splits is None else splits[rows],
    )
    if signal == ANY:
        return table
    labels_kept = (0, kinds.index(signal) + 1)
    return table.take(np.flatnonzero(np.isin(content.labels[rows], labels_kept)))


def _ingested(
    recipe: Recipe,
    events: int,
    labels: NDArray[np.int8] | int | None,
    context: bench.Context,
    splits: NDArray[np.int8] | None,
) -> tuple[Content, NDArray[np.intp]]:
    """The events that are valid, and which of them to take for each to be there once."""
    given = "" if labels is None else f"-{bench.array_digest(np.asarray(labels))[:12]}"
    with _workplace(context, recipe.key + given) as folder:
        jobs = planned(recipe, events, labels, folder)
        demand_unchanged(recipe, context)
        content = ingest(jobs, context)
        rows = _once(content, recipe, context, splits)
        if recipe.constituents:
            constituents = constituents_file(recipe, context.data)
            gather_constituents([job.constituents for job in jobs], rows, constituents)
            context.notice(f"the jets' constituents are kept in {constituents}")
    return content, rows


def demand_unchanged(recipe: Recipe, context: bench.Context) -> None:
    """Refuse a file that is not the one that was opened; from here on the chunks watch it."""
    digest = known_digest(recipe.path, context.data / "digests", context.progress)
    if digest != recipe.digest.partition("+")[0]:
        raise bench.InputError(f"{recipe.path} was changed since it was opened; run it again")


@contextmanager
def _workplace(context: bench.Context, name: str) -> Iterator[Path]:
    """A folder that no other process works in, gone when the work in it is done.

    What was left in others, long ago, goes too.
    """
    root = context.scratch / "ingest"
    root.mkdir(parents=True, exist_ok=True)
    with bench.locked(root / f"{name}.lock", context.notice):
        for lock in root.glob("*.lock"):
            if lock.stem != name:
                _tidy(lock)
        folder = root / name
        yield folder
        shutil.rmtree(folder, ignore_errors=True)


def _tidy(file: Path) -> None:
    """Remove a workplace and its lock if nobody is in it or was of late."""
    folder = file.with_suffix("")
    try:
        ages = [time.time() - path.stat().st_mtime for path in (file, folder) if path.exists()]
        if min(ages, default=0.0) > ABANDONED:
            with bench.locked(file):
                shutil.rmtree(folder, ignore_errors=True)
                file.unlink(missing_ok=True)
    except (OSError, bench.LockedError, bench.BenchError):
        pass  # somebody works in it, or tidies up too


def _once(
    content: Content, recipe: Recipe, context: bench.Context, splits: NDArray[np.int8] | None
) -> NDArray[np.intp]:
    """Each event once, the first of its kind; of those in several parts, one of the test part."""
    if splits is not None and len(splits) != len(content.ids):
        raise bench.InputError(
            f"{recipe.path}: a division of {len(splits)} events, there are {len(content.ids)}"
        )
    rows = once(content.ids, splits)
    if twice := len(content.ids) - len(rows):
        context.notice(f"{recipe.path.name}: {twice} repeated events are left out")
    return rows


def _weights(labels: NDArray[np.int8], fraction: float | None) -> NDArray[np.float64]:
    """One each for a published file; those of a twin restore the natural rate of signal."""
    weights = np.ones(len(labels))
    signal = labels > 0
    count = int(signal.sum())
    if fraction is not None and 0 < count < len(labels):
        weights[signal] = fraction * len(labels) / count
        weights[~signal] = (1 - fraction) * len(labels) / (len(labels) - count)
    return weights
