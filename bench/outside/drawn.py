"""Events that somebody else brings, called as the sample that the bench would draw of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import ceil, floor
from typing import TYPE_CHECKING

from bench.api.errors import RequestError
from bench.data.sampling import Sample, draw, natural_rate, signal_fraction
from bench.data.splits import division_of, rows_in
from bench.plugins.options import options_in
from bench.storage.fingerprint import columns_digest, events_digest
from bench.storage.record import SampleRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Source
    from bench.api.parts import Dataset
    from bench.api.table import Table

SPLITS = ("test", "valid", "train", "all")
"""Splits that events may be drawn from, the likeliest first; of all, those of train come first."""
OUTSIDE, AS_GIVEN = "outside", "as given"
"""The split and the ratio of a selection that is nobody's sample."""


def brought(dataset: Dataset, source: Source, table: Table, events: Table) -> SampleRecord:
    """The record of events of a dataset, whatever they are a selection of."""
    signal = int((events.y == 1).sum())
    return SampleRecord(
        dataset=dataset.name,
        edition=source.edition,
        source=source.digest,
        options=options_in(dataset),
        split=OUTSIDE,
        ratio=AS_GIVEN,
        signal=signal,
        background=len(events) - signal,
        natural=signal_fraction(table),
        fingerprint=events_digest(events.ids),
        features=columns_digest(table.columns),
    )


def as_drawn(
    record: SampleRecord, events: Table, table: Table, samples: Iterable[Sample]
) -> tuple[SampleRecord, NDArray[np.float64]]:
    """What the events are called, and their weights: (n,), in the order of `events`.

    That of the first of the samples that has the very same events; else as it was, with weights
    of one.
    """
    import numpy as np

    order = np.argsort(events.ids)
    for sample in samples:
        try:
            drawn = draw(table, sample)
        except RequestError:
            continue
        if np.array_equal(drawn.ids, events.ids[order]):
            weights = np.empty(len(events))
            weights[order] = drawn.weights
            called = replace(
                record,
                split=sample.split,
                ratio=sample.ratio,
                natural=natural_rate(table, sample.split),
                division=division_of(table, sample.split),
            )
            return called, weights
    return record, np.ones(len(events))


def likely(record: SampleRecord, dataset: Dataset) -> Iterator[Sample]:
    """Samples to evaluate on that have as many events of each class, the likeliest first."""
    elsewhere = dataset.train not in (None, dataset.name)
    for split in sorted(SPLITS, key=lambda split: elsewhere and split != "all"):
        yield from _of_split(record, split, dataset.ratio)


def likely_of_fit(record: SampleRecord, split: str) -> Iterator[Sample]:
    """Samples to fit on or to judge a fit by that have as many events of each class."""
    return _of_split(record, split, "1:1")


def _of_split(record: SampleRecord, split: str, usual: str) -> Iterator[Sample]:
    signal, background = record.signal, record.background
    for ratio in dict.fromkeys((usual, "natural", *_ratios(signal, background))):
        if signal + background:
            yield Sample(split, ratio, signal + background)
    if background:
        yield Sample(split, "all-signal", background)


def _ratios(signal: int, background: int) -> Iterator[str]:
    """Whole ratios that give these counts, round ones first: 10 of 200 are 1:20 as well as 1:19."""
    less, more = sorted((signal, background))
    if not less:
        return
    least, most = ((less + more) / (less + half) - 1 for half in (0.5, -0.5))
    whole = range(max(1, ceil(least)), floor(most) + 1)
    for times in sorted(whole, key=lambda m: (m % 10 > 0, m % 5 > 0, abs(m - more / less))):
        yield f"1:{times}" if background >= signal else f"{times}:1"


def counts_by_split(table: Table, ids: NDArray[np.uint64]) -> dict[str, int]:
    """How many of some events are of the train, the valid and the test split of their dataset."""
    import numpy as np

    return {
        split: int(np.isin(ids, table.ids[rows_in(table, split)]).sum())
        for split in ("train", "valid", "test")
    }
