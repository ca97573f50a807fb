"""The events of a run: sources opened, tables loaded, samples drawn, and written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import InputError, RequestError
from bench.api.table import Split, Table
from bench.data.feature_cache import load_table
from bench.data.region import demand_classes, part_in
from bench.data.sampling import DEFAULT_EVENTS, Sample, draw, natural_rate
from bench.data.splits import division_of
from bench.data.used_events import UsedEvents
from bench.data.weak import WeakSample, draw_weak, for_smoke_fits
from bench.plugins.options import options_in
from bench.storage.fingerprint import columns_digest, events_digest
from bench.storage.record import SampleRecord
from bench.storage.request import ALL, QUICK_EVENTS, QUICK_TRAIN, QUICK_VALID, SampleRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context, Source
    from bench.api.parts import Dataset
    from bench.storage.region import Region

USUAL = (20_000, 4_000, DEFAULT_EVENTS)
QUICK = (QUICK_TRAIN, QUICK_VALID, QUICK_EVENTS)
"""As many as are drawn to fit on, to judge the fit by and to evaluate on, if nobody says."""


@dataclass(frozen=True)
class RunSamples:
    """The samples of a run by role: `train`, `valid`, `evaluated`."""

    tables: Mapping[str, Table]
    """With the labels that they are fitted and judged by; of data, which of them are that."""
    whole: Mapping[str, Table]
    """The datasets that they are drawn from."""
    records: Mapping[str, SampleRecord]
    mass: Mapping[str, NDArray[np.float64] | None]
    """Resonance mass of each event in GeV, (n,), where its dataset says which column that is."""
    used_events: UsedEvents
    sources: Mapping[str, tuple[Dataset, Source]] = field(default_factory=dict)
    """The datasets themselves and where their events are, as far as they were opened here."""
    apart: Mapping[str, Table] = field(default_factory=dict)
    """What a smoke fit is done with, where that is not what the run is fitted on."""

    @property
    def checked(self) -> Mapping[str, Table]:
        """The events that a smoke fit is done with, by role."""
        return {**self.tables, **self.apart}


@dataclass(frozen=True)
class DatasetRef:
    """A dataset, and the distribution that it comes from."""

    dataset: Dataset
    distribution: str


@dataclass(frozen=True)
class _Opened:
    dataset: Dataset
    source: Source
    table: Table

    @property
    def kind(self) -> str:
        """The edition without its variation: those of one kind hold the same collisions."""
        return self.source.edition.partition(":")[0]


def load_samples(
    request: SampleRequest,
    evaluated_on: DatasetRef,
    fitted_on: DatasetRef,
    context: Context,
    *,
    tables: Path,
    earlier: UsedEvents | None = None,
    overlapping: bool = False,
    quick: bool = False,
) -> RunSamples:
    """Open what a run needs, making twins and tables where there are none, and draw the samples.

    `earlier` is what the fit used that this one goes on from; `overlapping` samples may share
    events; `quick` ones are small where nobody says how large.

    Raises:
        BenchError: a file that is not what it should be, or a sample that cannot be drawn.
    """

    def opened(origin: DatasetRef, edition: str | None, file: Path | None) -> _Opened:
        dataset = origin.dataset
        source = dataset.open(edition, file, context)
        table, reused = load_table(dataset, origin.distribution, source, context, tables)
        how = "reused its features" if reused else "made its features"
        context.notice(f"{dataset.name} ({source.edition}): {len(table)} events, {how}")
        return _Opened(dataset, source, table)

    evaluated = opened(evaluated_on, request.edition, request.file)
    train = evaluated
    own = fitted_on == evaluated_on and request.train_edition in (None, request.edition)
    if not own or request.file:
        edition = request.train_edition or (None if request.file else request.edition)
        train = opened(fitted_on, edition, None)
    if train.table.columns != evaluated.table.columns:
        raise InputError(
            f"{train.dataset.name} and {evaluated.dataset.name} have different features"
        )
    region, weak = request.within, _weak(request, train, quick=quick)
    drawn: dict[str, tuple[_Opened, Table, Sample]] = {}
    for role, origin, sample in _samples(request, train, evaluated, QUICK if quick else USUAL):
        if role in weak:
            drawn[role] = (origin, weak[role].events, sample)
            continue
        part = part_in(origin.table, region)
        demand_classes(origin.table, part, sample, region)
        drawn[role] = (origin, draw(part, sample), sample)
    records = {role: _record(*row, region) for role, row in drawn.items()}
    records |= {role: one.recorded(records[role]) for role, one in weak.items()}
    used_events = UsedEvents.of(drawn["train"][1], drawn["valid"][1], earlier, _division(records))
    if not overlapping:
        used_events.refuse(drawn["evaluated"][1])
        _demand_own_collisions(train, evaluated, drawn["evaluated"][2])
    by_role = {role: table for role, (_, table, _) in drawn.items()}
    return RunSamples(
        used_events=used_events,
        tables=by_role | {role: one.labelled for role, one in weak.items()},
        apart=for_smoke_fits(train.table, weak) if weak else {},
        whole={role: origin.table for role, (origin, _, _) in drawn.items()},
        records=records,
        mass={role: _mass(origin.dataset, table) for role, (origin, table, _) in drawn.items()},
        sources={role: (origin.dataset, origin.source) for role, (origin, _, _) in drawn.items()},
    )


def _weak(request: SampleRequest, train: _Opened, *, quick: bool) -> dict[str, WeakSample]:
    """What is fitted on without truth, by role; nothing where truth is fitted by."""
    if (weak := request.weak) is None:
        return {}
    sizes = {"train": request.train_events, "valid": request.valid_events}
    usual = {"train": QUICK_TRAIN, "valid": QUICK_VALID} if quick else {}
    most = {
        role: usual.get(role) if size is None else None if size == ALL else size
        for role, size in sizes.items()
    }
    return draw_weak(train.table, weak, most)


def _samples(
    request: SampleRequest, train: _Opened, evaluated: _Opened, most: tuple[int, int, int]
) -> list[tuple[str, _Opened, Sample]]:
    fitted_on = (train.dataset.name, train.kind)
    # of a published division it is the test part that everybody's figures are on
    published = evaluated.table.splits is not None and Split.TEST in evaluated.table.splits
    apart = fitted_on != (evaluated.dataset.name, evaluated.kind)
    ratio = request.train_ratio
    evaluated_sample = Sample(
        split=request.split or ("all" if apart and not published else "test"),
        ratio=request.ratio or evaluated.dataset.ratio,
        events=request.events,
        most=most[2],
    )
    return [
        ("train", train, Sample("train", ratio, request.train_events, most[0])),
        ("valid", train, Sample("valid", ratio, request.valid_events, most[1])),
        ("evaluated", evaluated, evaluated_sample),
    ]


def _demand_own_collisions(train: _Opened, evaluated: _Opened, sample: Sample) -> None:
    """Refuse to evaluate on all of an edition that varies the one that was fitted on.

    Raises:
        RequestError: they hold the same collisions, which their splits keep apart.
    """
    alike = (train.dataset.name, train.kind) == (evaluated.dataset.name, evaluated.kind)
    edition, fitted = evaluated.source.edition, train.source.edition
    if alike and edition != fitted and sample.split == "all":
        name = train.dataset.name
        raise RequestError(
            f"B001 trained-on: {name} ({edition}) holds the collisions of {name} ({fitted}), "
            "which is fitted on; evaluate on the test split"
        )


def _record(origin: _Opened, table: Table, sample: Sample, region: Region | None) -> SampleRecord:
    signal = int((table.y == 1).sum())
    part = part_in(origin.table, region)
    return SampleRecord(
        dataset=origin.dataset.name,
        edition=origin.source.edition,
        source=origin.source.digest,
        options=options_in(origin.dataset),
        split=sample.split,
        ratio=sample.ratio,
        signal=signal,
        background=len(table) - signal,
        natural=natural_rate(part, sample.split),
        fingerprint=events_digest(table.ids),
        features=columns_digest(table.columns),
        skipped=origin.table.skipped,
        division=division_of(part, sample.split),
        region=str(region) if region else "",
    )


def _division(records: Mapping[str, SampleRecord]) -> str:
    """Whose the train and valid splits are; empty where they are by hash alone."""
    train, valid = (records[role].division or "by hash" for role in ("train", "valid"))
    if train == valid:
        return "" if train == "by hash" else f"train and valid: {train}"
    return f"train: {train}, valid: {valid}"


def _mass(dataset: Dataset, table: Table) -> NDArray[np.float64] | None:
    name = dataset.mass
    return table.column(name).astype("float64") if name and table.has(name) else None
