"""The events of a region, and what is wrong where there are none, or none of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api.errors import RequestError, did_you_mean
from bench.data.splits import rows_in

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Table
    from bench.data.sampling import Sample
    from bench.storage.region import Region


def inside(table: Table, region: Region, of: str = "--region") -> NDArray[np.bool_]:
    """Which events are in a region: (n,).

    Args:
        table: the events.
        region: the region.
        of: the option that it is of, as an error says it.

    Raises:
        RequestError: no such column, or no event in it.
    """
    import numpy as np

    if not table.has(region.column):
        names = [column.name for column in table.columns]
        hint = did_you_mean(region.column, names)
        raise RequestError(f"{of} {region}: no column {region.column!r}; {hint}")
    values = table.column(region.column).astype(np.float64)
    rows = np.asarray((values >= region.low) & (values < region.high))
    if not rows.any():
        finite = values[np.isfinite(values)]
        span = f"from {finite.min():g} to {finite.max():g}" if len(finite) else "never a number"
        raise RequestError(
            f"{of} {region}: none of {len(table)} events has {region.in_words}; "
            f"{region.column} is {span}"
        )
    return rows


def part_in(table: Table, region: Region | None) -> Table:
    """The events of a table that are in a region; all of them without one.

    Raises:
        RequestError: no such column, or no event in it.
    """
    import numpy as np

    return table if region is None else table.take(np.flatnonzero(inside(table, region)))


def demand_classes(whole: Table, part: Table, sample: Sample, region: Region | None) -> None:
    """Refuse a region without a class that the split has elsewhere.

    Args:
        whole: all events of the dataset.
        part: those in the region.
        sample: what is to be drawn.
        region: None for no region, which is not refused.

    Raises:
        RequestError: how many events of each class the split has inside and in all.
    """
    if region is None:
        return
    every, here = (_counts(table, sample.split) for table in (whole, part))
    if any(n and not m for n, m in zip(every, here, strict=True)):
        raise RequestError(
            f"--region {region}: the {sample.split} split has {here[0]} signal and {here[1]} "
            f"background events in it, of {every[0]} and {every[1]}; wanted both classes"
        )


def _counts(table: Table, split: str) -> tuple[int, int]:
    """Signal and background events of a split."""
    labels = table.y[rows_in(table, split)]
    return int((labels == 1).sum()), int((labels == 0).sum())
