"""The kept constituents of chosen events, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import bench
from bench_lhco.constituents import GROUPS, MOMENTUM
from bench_lhco.events import Particles, ends, within

if TYPE_CHECKING:
    import pyarrow.parquet as pq
    from numpy.typing import NDArray

BATCH = 2000
"""Events in memory at once beside the view."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Some of the events, and what is kept of them."""

    rows: NDArray[np.intp]  # (n,), their places among all that were chosen
    groups: Sequence[Particles]
    """Of n events each: the constituents of the first jet, of the second one, and the rest of the
    event if that was chosen too; hardest first."""


def kept_file(table: bench.Table) -> Path:
    """The file of constituents that lies beside a table.

    Raises:
        InputError: there is none.
    """
    for file in table.beside:
        if file.suffix == ".parquet":
            return file
    raise bench.InputError(
        "the events come without their particles; `--set constituents=true` keeps them"
    )


def batches(file: Path, ids: NDArray[np.uint64], *, others: bool) -> Iterator[Batch]:
    """What is kept of the events with these ids, each once, in the file's order.

    Args:
        file: as `keep_constituents` writes it.
        ids: of the events, (n,), each once.
        others: whether the particles in neither jet are wanted too.

    Raises:
        InputError: the file lacks an event, or the particles in neither jet.
    """
    import pyarrow.parquet as pq

    groups: Sequence[str] = GROUPS if others else GROUPS[:-1]
    with pq.ParquetFile(file) as stored:
        if others and f"{GROUPS[-1]}_pt" not in stored.schema_arrow.names:
            raise bench.InputError(
                f"{file}: the particles in neither jet are not kept; "
                "`--set other_particles=true` keeps them"
            )
        places = _places(stored, ids)
        if missing := len(ids) - int((places >= 0).sum()):
            raise bench.InputError(f"{file}: {missing} of {len(ids)} events are not in it")
        start = 0
        names = [f"{group}_{name}" for group in groups for name in MOMENTUM]
        for number in range(stored.num_row_groups):
            stop = start + stored.metadata.row_group(number).num_rows
            if (places[start:stop] >= 0).any():
                read = stored.iter_batches(BATCH, row_groups=[number], columns=names)
                yield from _chosen(read, places[start:stop], groups)
            start = stop


def _places(stored: pq.ParquetFile, ids: NDArray[np.uint64]) -> NDArray[np.intp]:
    """For each event of the file its place among these ids: (m,), -1 where it is not among them."""
    every = stored.read(["event"])["event"].to_numpy()
    if not len(ids):
        return np.full(len(every), -1, dtype=np.intp)
    order = np.argsort(ids)
    nearest = order[np.searchsorted(ids, every, sorter=order).clip(max=len(ids) - 1)]
    return np.where(ids[nearest] == every, nearest, -1)


def _chosen(read: Any, places: NDArray[np.intp], groups: Sequence[str]) -> Iterator[Batch]:
    start = 0
    for record in read:
        of = places[start : start + len(record)]
        start += len(record)
        rows = np.flatnonzero(of >= 0)
        if len(rows):
            yield Batch(of[rows], [_particles(record, group, rows) for group in groups])


def _particles(record: Any, group: str, rows: NDArray[np.intp]) -> Particles:
    """The particles of one group in these rows of a batch."""
    lists = [record.column(f"{group}_{name}") for name in MOMENTUM]
    offsets = lists[0].offsets.to_numpy().astype(np.int64)
    chosen = within(offsets, rows)
    values = np.stack([each.values.to_numpy()[chosen] for each in lists], axis=1)
    return Particles(values, ends(offsets[rows + 1] - offsets[rows]))
