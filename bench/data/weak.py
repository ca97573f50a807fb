"""Events to fit on without truth: data of a region, with signal in it, against a reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.api.errors import RequestError
from bench.data.region import inside
from bench.data.sampling import Sample, draw
from bench.data.splits import rows_in
from bench.storage.weak import DATA

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.table import Table
    from bench.storage.record import SampleRecord
    from bench.storage.weak import WeakRequest

SPLITS = ("train", "valid")
RATIO = "data:"
"""What the ratio of data and their reference begins with in a record."""
CHECKED = 400
"""Events of a split that a smoke fit is done with."""


@dataclass(frozen=True, eq=False)
class WeakSample:
    """The events of one split, and which of them are data."""

    events: Table
    """With their true labels, in the order of their ids."""
    data: NDArray[np.bool_]  # (n,)
    reference: str
    """What data are told from: `region`, `sidebands`, or `sidebands=3000:4000`."""

    @property
    def labelled(self) -> Table:
        """The events as a fit sees them: 1 is data, 0 the reference."""
        return replace(self.events, y=self.data.astype("int8"))

    def recorded(self, record: SampleRecord) -> SampleRecord:
        """The record of its events, with what is data among them."""
        injected = int((self.data & (self.events.y == 1)).sum())
        return replace(
            record, ratio=f"{RATIO}{self.reference}", data=int(self.data.sum()), injected=injected
        )


def asked_for(records: Mapping[str, SampleRecord]) -> dict[str, Any]:
    """What a request says of region and labels for which samples have such records, by role."""
    region = records["evaluated"].region
    said: dict[str, Any] = {"region": region} if region else {}
    fitted = [records[split] for split in SPLITS if split in records and records[split].data]
    if not fitted:
        return said
    against, _, edges = fitted[0].ratio.removeprefix(RATIO).partition("=")
    said |= {"region": fitted[0].region, "labels": DATA}
    said |= {"inject": sum(one.injected for one in fitted), "against": against}
    return said | ({"sidebands": edges} if edges else {})


def draw_weak(
    table: Table, weak: WeakRequest, most: Mapping[str, int | None]
) -> dict[str, WeakSample]:
    """The train and the valid split, to fit on and to judge the fit by.

    Data are background of the region and the signal that is injected; the reference is what they
    are told from. Against the region each background event is one of the two by the last bit of
    its id. Against the sidebands all background of the region is data, and signal lies in the
    sidebands too, at the dataset's own proportion. The signal is shared out by the background of
    the two splits; which events it is depends on the seed, and more of it hold those of less.

    Args:
        table: all events of the dataset.
        weak: what is asked for.
        most: background events by split, those with the lowest ids; None for all that there are.

    Raises:
        RequestError: no such region, no background in it, or less signal than is asked for.
    """
    drawn = {split: _Split.of(table, weak, split, most[split]) for split in SPLITS}
    train, valid = (len(drawn[split].data) for split in SPLITS)
    in_valid = round(weak.inject * valid / (train + valid))
    signal = {"train": weak.inject - in_valid, "valid": in_valid}
    return {split: drawn[split].with_signal(signal[split]) for split in SPLITS}


def for_smoke_fits(table: Table, samples: Mapping[str, WeakSample]) -> dict[str, Table]:
    """The events of each split that a smoke fit is done with, which asks whether parts work.

    They have true labels, as noise cannot show whether a fit follows its labels; nothing of that
    fit goes into the run's own. A dataset without both classes leaves it those of the run.
    """
    checked = {}
    for split in SPLITS:
        try:
            checked[split] = draw(table, Sample(split, "1:1", most=CHECKED))
        except RequestError:
            checked[split] = samples[split].labelled
    return checked


@dataclass(frozen=True, eq=False)
class _Split:
    """The rows of one split, sorted by id."""

    table: Table
    weak: WeakRequest
    name: str
    data: NDArray[np.intp]
    """Background that is data."""
    reference: NDArray[np.intp]
    signal: NDArray[np.intp]
    """Signal in the region that there is."""
    beside: NDArray[np.intp]
    """The same in the sidebands."""

    @classmethod
    def of(cls, table: Table, weak: WeakRequest, name: str, most: int | None) -> _Split:
        import numpy as np

        order = np.argsort(table.ids)
        order = order[rows_in(table, name)[order]]
        here = inside(table, weak.region)[order]
        side = np.zeros(len(order), dtype=np.bool_)
        if weak.against == "sidebands":
            for one in weak.sidebands:
                side |= inside(table, one, of="--sidebands")[order]
        signal, background = table.y[order] == 1, table.y[order] == 0
        data, reference = order[here & background], order[side & background]
        if weak.against == "region":
            odd = (table.ids[data] & np.uint64(1)).astype(np.bool_)
            data, reference = data[odd], data[~odd]
        if not (len(data) and len(reference)):
            raise RequestError(
                f"--labels data, --region {weak.region}: the {name} split has {len(data)} "
                f"background events for data and {len(reference)} for the {weak.against}"
            )
        if most is not None:
            share = len(data) / (len(data) + len(reference))
            first = min(len(data), max(1, round(most * share)))
            data, reference = data[:first], reference[: max(1, most - first)]
        return cls(table, weak, name, data, reference, order[here & signal], order[side & signal])

    def with_signal(self, count: int) -> WeakSample:
        """The events with so much signal in the region.

        Raises:
            RequestError: there is less.
        """
        import numpy as np

        if count > len(self.signal):
            raise RequestError(
                f"--inject {self.weak.inject}: {count} of them go into the {self.name} split, "
                f"which has {len(self.signal)} signal events in {self.weak.region}"
            )
        rng = np.random.default_rng(self.weak.seed)
        chosen = rng.permutation(self.signal)[:count]
        share = len(self.beside) / max(len(self.signal), 1)
        beside = rng.permutation(self.beside)[: round(count * share)]
        data = np.concatenate([self.data, chosen])
        rows = np.concatenate([data, self.reference, beside])
        events = self.table.take(rows)
        events = replace(events, weights=np.ones(len(rows)))
        is_data = np.arange(len(rows)) < len(data)
        order = np.argsort(events.ids)
        return WeakSample(events.take(order), is_data[order], self.weak.reference)
