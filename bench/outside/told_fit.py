"""What files tell of an imported model's fit: scores of the valid split, events trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import InputError, RequestError
from bench.api.parts import Dataset
from bench.data.feature_cache import load_table
from bench.data.region import part_in
from bench.data.run_samples import RunSamples
from bench.data.used_events import UsedEvents
from bench.outside.dataframes import EVENT, demand_columns, has_valid, part_of, read_frame
from bench.outside.drawn import as_drawn, brought, likely_of_fit
from bench.outside.export_order import located
from bench.outside.known_fit import KnownFit
from bench.outside.predictions import numbered, rows_of, scores_in
from bench.outside.told_labels import as_fitted
from bench.plugins.options import build
from bench.storage.region import Region

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api.context import Context, Source
    from bench.api.table import Table
    from bench.outside.predictions import Claim, Matched
    from bench.plugins.registry import PluginEntry
    from bench.storage.home import Home
    from bench.storage.record import SampleRecord


@dataclass(frozen=True)
class OpenedDataset:
    """A dataset whose events are known."""

    dataset: Dataset
    source: Source
    table: Table
    """All events, or those of a region."""
    whole: Table
    """All events."""

    @classmethod
    def of(
        cls, entry: PluginEntry[Dataset], edition: str | None, home: Home, context: Context
    ) -> OpenedDataset:
        """The dataset of an edition, with its features.

        Raises:
            BenchError: it cannot be had.
        """
        dataset = build(entry.part, {})
        source = dataset.open(edition, None, context)
        table, _ = load_table(dataset, entry.distribution, source, context, home.tables)
        return cls(dataset, source, table, table)

    def within(self, word: str | None) -> OpenedDataset:
        """The same with the events alone that are in a region; all without one.

        Raises:
            RequestError: no region, no such column, or no event in it.
        """
        if word is None:
            return self
        return replace(self, table=part_in(self.whole, Region.read(word)))

    def beyond(self, ids: NDArray[np.uint64]) -> int:
        """How many of these events are not in the region."""
        import numpy as np

        return int((~np.isin(ids, self.table.ids)).sum())


@dataclass(frozen=True)
class _Part:
    """Events that a fit used, in the order of their ids, and what they are called."""

    of: OpenedDataset
    table: Table
    record: SampleRecord
    order: NDArray[np.intp]  # (n,), of the lines of the file


def told_fit(
    claim: Claim,
    matched: Matched,
    evaluated: OpenedDataset,
    opened: Callable[[str], OpenedDataset],
) -> KnownFit | None:
    """What the files of an import tell of its model's fit; None where they tell nothing.

    Events may be of the dataset that is evaluated, or of the one that models are fitted on for it.

    Args:
        claim: what the user says.
        matched: the scores of the evaluated events.
        evaluated: their dataset.
        opened: gives another dataset by its name.

    Raises:
        RequestError: scores of the valid split in two places.
        InputError: an event that is of neither dataset, or a score or a label that is none.
    """
    inside = has_valid(claim.file, read_frame(claim.file))
    if inside and claim.valid:
        raise RequestError(f"{claim.file} has scores of the valid split itself, beside --valid")
    if not (inside or claim.valid or claim.trained_on):
        return None
    places = _places(evaluated, opened, claim)
    parts: dict[str, _Part] = {}
    valid: NDArray[np.float64] | None = None
    if file := claim.valid or (claim.file if inside else None):
        lines = part_of(file, read_frame(file), "valid")
        demand_columns(file, lines, ["score"])
        lines = located(claim.exported, file, lines, "valid")
        parts["valid"] = _part(file, lines, places, "valid", claim)
        valid = scores_in(file, lines)[parts["valid"].order]
    if file := claim.trained_on:
        every = read_frame(file)
        parts["train"] = _part(file, part_of(file, every, "train"), places, "train", claim)
        if "valid" not in parts and has_valid(file, every):
            parts["valid"] = _part(file, part_of(file, every, "valid"), places, "valid", claim)
    return KnownFit(_samples(matched, evaluated, parts), evaluated.dataset, valid, by_author=True)


def _places(
    evaluated: OpenedDataset, opened: Callable[[str], OpenedDataset], claim: Claim
) -> list[OpenedDataset]:
    """The datasets that a model may have been fitted on."""
    name, fitted_on = evaluated.dataset.name, evaluated.dataset.train
    if fitted_on in (None, name):
        return [evaluated]
    return [opened(str(fitted_on)).within(claim.region), evaluated]


def _part(
    file: Path, lines: pd.DataFrame, places: Sequence[OpenedDataset], split: str, claim: Claim
) -> _Part:
    """The events of a file's lines, of the first dataset that has all of them.

    Raises:
        InputError: none has, or the file has no line of such events.
    """
    import numpy as np

    if not len(lines):
        raise InputError(f"{file}: no line of events that were trained on")
    for last, place in enumerate(places, 1 - len(places)):
        try:
            rows = rows_of(file, lines, place.whole)
        except InputError:
            if not last:
                raise
            continue
        order = np.argsort(place.whole.ids[rows])
        events = place.whole.take(rows[order])
        return _Part(place, *_known(claim, place, events, split), order)
    raise AssertionError(f"{file}: {EVENT} of no dataset")


def _known(
    claim: Claim, place: OpenedDataset, events: Table, split: str
) -> tuple[Table, SampleRecord]:
    """Events of a fit with the labels that it saw, and what they are called."""
    if claim.weak:
        record = brought(place.dataset, place.source, place.table, events)
        return as_fitted(claim, place.whole, events, record, split)
    here = not place.beyond(events.ids)
    table = place.table if here else place.whole
    record = brought(place.dataset, place.source, table, events)
    record, _ = as_drawn(record, events, table, likely_of_fit(record, split))
    return events, replace(record, region=(here and claim.region) or "")


def _samples(matched: Matched, evaluated: OpenedDataset, parts: dict[str, _Part]) -> RunSamples:
    import numpy as np

    nothing = np.array([], dtype=np.uint64)
    trained, chosen = (
        parts[role].table.ids if role in parts else nothing for role in ("train", "valid")
    )
    events = evaluated.table.take(numbered(evaluated.table, matched.ids))
    assert matched.record.sample is not None
    return RunSamples(
        tables={role: part.table for role, part in parts.items()} | {"evaluated": events},
        whole={"evaluated": evaluated.table},
        records={role: part.record for role, part in parts.items()}
        | {"evaluated": matched.record.sample},
        mass={role: _mass(part) for role, part in parts.items()},
        used_events=UsedEvents(trained, chosen),
    )


def _mass(part: _Part) -> NDArray[np.float64] | None:
    name = part.of.dataset.mass
    return part.table.column(name).astype("float64") if name and part.table.has(name) else None
