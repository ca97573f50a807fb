"""Which events of a dataset imported scores are of: a sample of it, part of one, or others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

from bench.api.errors import DamagedError
from bench.data.sampling import Sample, draw, signal_fraction
from bench.data.splits import rows_in
from bench.guards.evidence import ImportedSample, MissingEvents

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.parts import Dataset
    from bench.api.table import Table
    from bench.storage.record import SampleRecord
    from bench.storage.store import Store

SMALL = 5
"""The most of the smaller number of a class ratio that somebody asks for: 1:10, 3:1."""
LIKE = 0.5
"""Share of a sample that has to be scored, and of the scored events that have to be of it."""
CLEARLY = 0.05
"""Share by which a size that nobody named has to be more like the scored events than a known one.
"""
FITTED = ("train", "valid")


@dataclass(frozen=True, eq=False)
class CandidateSample:
    """A sample that the scores may be of."""

    label: str
    ids: NDArray[np.uint64]  # (n,)
    y: NDArray[np.int8]  # (n,)


def imported_events(
    ids: NDArray[np.uint64], dataset: Dataset, table: Table, sample: SampleRecord, store: Store
) -> ImportedSample:
    """What scored events are among those of their dataset's table; `sample` is their record."""
    import numpy as np

    fitted = np.zeros(len(ids), dtype=np.bool_)
    for split in FITTED:
        fitted |= np.isin(ids, table.ids[rows_in(table, split)])
    elsewhere = dataset.train if dataset.train not in (None, dataset.name) else None
    missing, unlike = _missing(ids, dataset, table, sample, store)
    return ImportedSample(missing, unlike, int(fitted.sum()), elsewhere or "")


def _missing(
    ids: NDArray[np.uint64], dataset: Dataset, table: Table, sample: SampleRecord, store: Store
) -> tuple[MissingEvents | None, str]:
    """What is missing of the sample that is most like the scored events, or that none is."""
    import numpy as np

    split = "all" if dataset.train not in (None, dataset.name) else "test"
    scored = [*_scored(sample, store)]
    if any(_same(ids, one.ids) for one in scored):
        return None, ""
    evaluated = ids[np.isin(ids, table.ids[rows_in(table, split)])]
    ids = evaluated if len(evaluated) else ids  # those of the train split are another guard's
    if any(_same(ids, one.ids) for one in scored) or _is_drawn(ids, split, table):
        return None, ""
    likely = [(_likeness(ids, one), one) for one in (*scored, _usual(split, dataset.ratio, table))]
    guess = _up_to_the_last(ids, split, table)
    if len(guess.ids) > len(ids):
        likely.append((_likeness(ids, guess) - CLEARLY, guess))
    share, best = max(likely, key=lambda pair: pair[0])
    if share < LIKE - CLEARLY:
        return None, "the events are a selection of their own, and no sample that the bench draws"
    return _missing_of(ids, best), ""


def _scored(sample: SampleRecord, store: Store) -> Iterator[CandidateSample]:
    """The samples that the bench's own runs on the same bytes were evaluated on."""
    seen: set[str] = set()
    for run in store.runs():
        theirs = run.record.sample
        if run.record.outside or run.record.status != "ok" or theirs is None:
            continue
        same = (theirs.dataset, theirs.source) == (sample.dataset, sample.source)
        if not same or theirs.fingerprint in seen:
            continue
        try:
            ids, y = run.events(), run.scored().y
        except DamagedError:
            continue
        seen.add(theirs.fingerprint)
        yield CandidateSample(f"{theirs.split} {theirs.size} (run {run.name})", ids, y)


def _usual(split: str, ratio: str, table: Table) -> CandidateSample:
    """The sample that is evaluated unless somebody asks for another one."""
    drawn = draw(table, Sample(split, ratio))
    return CandidateSample(f"{split} {ratio} @{len(drawn)}", drawn.ids, drawn.y)


def _up_to_the_last(ids: NDArray[np.uint64], split: str, table: Table) -> CandidateSample:
    """The events of a split, of each class up to the highest id that is scored."""
    import numpy as np

    inside, scored = rows_in(table, split), np.isin(table.ids, ids)
    for label in (0, 1):
        own = table.y == label
        highest = table.ids[own & scored & inside].max(initial=0)
        inside &= ~own | (table.ids <= highest)
    return CandidateSample(
        f"the {split} split up to the last one scored", table.ids[inside], table.y[inside]
    )


def _is_drawn(ids: NDArray[np.uint64], split: str, table: Table) -> bool:
    """Whether the events are a sample that somebody may have asked for, of a class ratio and size.

    Of each class the events with the lowest ids of the split are drawn.
    """
    import numpy as np

    rows = np.flatnonzero(rows_in(table, split))
    of_class = [np.sort(table.ids[rows[table.y[rows] == label]]) for label in (1, 0)]
    counts = [int(np.isin(own, ids).sum()) for own in of_class]
    if sum(counts) != len(ids):
        return False
    lowest = np.concatenate([own[:n] for own, n in zip(of_class, counts, strict=True)])
    return _same(ids, lowest) and _is_ratio(counts, [len(own) for own in of_class], table)


def _is_ratio(counts: Sequence[int], available: Sequence[int], table: Table) -> bool:
    """Whether these counts of signal and background are those of a ratio that can be asked for."""
    signal, background = counts
    if any(not some and of_class for some, of_class in zip(counts, available, strict=True)):
        return False
    if list(counts) == list(available) or signal == available[0]:
        return True
    if signal == round((signal + background) * signal_fraction(table)):
        return True
    shared = gcd(signal, background)
    return min(signal, background) <= SMALL * shared


def _same(ids: NDArray[np.uint64], others: NDArray[np.uint64]) -> bool:
    import numpy as np

    return np.array_equal(np.sort(ids), np.sort(others))


def _likeness(ids: NDArray[np.uint64], sample: CandidateSample) -> float:
    """The smaller of two shares: of the sample that is scored, and of the scored that are of it."""
    import numpy as np

    return int(np.isin(ids, sample.ids).sum()) / max(len(ids), len(sample.ids))


def _missing_of(ids: NDArray[np.uint64], sample: CandidateSample) -> MissingEvents | None:
    import numpy as np

    lost = ~np.isin(sample.ids, ids)
    signal = int((lost & (sample.y == 1)).sum())
    strange = int((~np.isin(ids, sample.ids)).sum())
    events = len(sample.ids)
    if not lost.any():
        return None
    return MissingEvents(sample.label, events, signal, int(lost.sum()) - signal, strange)
