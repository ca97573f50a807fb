"""Converts the files of an import: particles to the official layout, features to Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from bench import Context, InputError, atomic_write
from bench import event_ids as feature_ids
from bench_lhco.events import Events, event_ids
from bench_lhco.files import write
from bench_lhco.files.values import demand_few_skipped, particle_faults
from bench_lhco.imported.divided import count_overlaps
from bench_lhco.imported.measure import Measure
from bench_lhco.imported.places import EDITION, FILES, LABEL, SPLITS
from bench_lhco.imported.plausible import question_features, question_particles
from bench_lhco.imported.portions import (
    MOST_EVENTS,
    Opened,
    Portion,
    Tally,
    labelled,
    opened_portion,
)
from bench_lhco.imported.repeats import EarlyRepeats, count_repeats
from bench_lhco.imported.stream import Head
from bench_lhco.imported.units import unit_notes

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Made:
    """What came of an import."""

    role: Literal["events", "features"]
    """What the file holds: `events` of particles, or `features`."""
    layout: str
    """That of the file it was made from."""
    file: Path
    tally: Tally
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    splits: NDArray[np.int8] | None = None  # (n,)
    """What a published division says of each event; None where there is none."""
    signal: NDArray[np.bool_] | None = None  # (n,), with a division
    split_by: str | None = None
    """The column that the division is from, unless it is files'."""
    units: tuple[str, ...] = ()
    """Of the columns."""


def convert(portions: Sequence[Portion], folder: Path, context: Context, *, skip: bool) -> Made:
    """Write the events of all files into one file in a folder.

    Raises:
        InputError: what is wrong with a file, or files that do not go together.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(opened_portion(portion)) for portion in portions]
        first = files[0]
        for other in files[1:]:
            if other.head.columns != first.head.columns:
                raise InputError(
                    f"{other.file}: {_described(other.head)}, wanted {_described(first.head)} as in"
                    f" {first.file}"
                )
            _demand_same_units(first, other)
        to_file = _write_events if first.head.columns is None else _write_features
        made = to_file(files, folder, context, skip)
        _demand_valid(first.file, made.tally)
        return made


def _demand_same_units(one: Opened, other: Opened) -> None:
    """Refuse files whose columns are kept in different units."""
    for a, b in zip(one.head.measures, other.head.measures, strict=False):
        if a.name == b.name and a.unit.stored != b.unit.stored:
            raise InputError(
                f"{other.file}: {b.name} is in {b.unit.stored}, in {one.file} in {a.unit.stored};"
                f" say by --unit {a.name}=UNIT which"
            )


def _demand_valid(file: Path, tally: Tally) -> None:
    """Refuse to have left out more than a few events."""
    demand_few_skipped(file, tally.skipped, tally.events + tally.skipped)


def _write_events(files: Sequence[Opened], folder: Path, context: Context, skip: bool) -> Made:
    made, tally, head = folder / FILES["events"], Tally(), files[0].head
    divided = _divided(files)
    kinds: list[NDArray[np.int8]] = []
    ids: list[NDArray[np.uint64]] = []
    notes: list[str] = []
    total = sum(opened.head.events or 0 for opened in files)
    if skip or any(opened.head.events is None for opened in files):
        total = _valid([opened.portion for opened in files], context, skip)

    def slices() -> Iterator[Events]:
        for opened in files:
            sums: list[float] = []
            faults = partial(_particle_faults, opened.head.measures)
            for values, labels in labelled(opened, faults, tally, context, skip=skip):
                events = Events(values, labels)
                sums += values[:, :, 0].sum(axis=1, dtype=np.float64).tolist()
                kinds.append(labels)
                if divided:
                    ids.append(event_ids(events.particles))
                yield events
            notes.extend(question_particles(opened.file, opened.head.measures, sums))

    attributes: dict[str, str | float] = {"edition": EDITION, "imported_from": head.layout}
    if len(files) == 1 and head.signal_fraction is not None:
        attributes["signal_fraction"] = head.signal_fraction
    write(made, slices(), attributes, total)
    result = Made("events", head.layout, made, tally, notes=(*_notes(files), *notes))
    return _with_splits(result, files, np.concatenate(ids), kinds) if divided else result


def _valid(portions: Sequence[Portion], context: Context, skip: bool) -> int:
    """How many events are valid, as a file has to be declared with their number."""
    tally = Tally()
    for portion in portions:
        with opened_portion(portion) as opened:
            faults = partial(_particle_faults, opened.head.measures)
            for _ in labelled(opened, faults, tally, context, skip=skip):
                pass
    _demand_valid(portions[0].foreign.file, tally)
    return tally.events


def _write_features(files: Sequence[Opened], folder: Path, context: Context, skip: bool) -> Made:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made, tally, head = folder / FILES["features"], Tally(), files[0].head
    columns = head.columns or ()
    schema = pa.schema([*((name, pa.float32()) for name in columns), (LABEL, pa.int8())])
    ids, kinds, ends = [], [], [0]
    with atomic_write(made) as draft, pq.ParquetWriter(draft, schema) as writer:
        for opened in files:
            early = EarlyRepeats(opened.file, opened.head.events or MOST_EVENTS)
            for values, labels in labelled(opened, _feature_faults, tally, context, skip=skip):
                writer.write_batch(pa.record_batch([*values.T, labels], schema=schema))
                ids.append(feature_ids(values))
                early.add(ids[-1])
                kinds.append(labels)
            ends.append(tally.events)
    if not tally.events:
        raise InputError(f"{files[0].file}: no events, wanted at least one")
    notes = []
    for opened, first, last in zip(files, ends, ends[1:], strict=False):

        def column(name: str, first: int = first, last: int = last) -> NDArray[np.float32]:
            read: NDArray[np.float32] = pq.read_table(made, columns=[name])[name].to_numpy()
            return read[first:last]

        if last > first:
            notes += question_features(opened.file, opened.head.measures, column)
    result = Made(
        "features",
        head.layout,
        made,
        tally,
        columns,
        (*_notes(files), *dict.fromkeys(notes)),
        units=tuple(measure.unit.stored for measure in head.measures),
    )
    every = np.concatenate(ids)
    if _divided(files):  # first, as it is the graver matter
        result = _with_splits(result, files, every, kinds)
    tally.repeated = count_repeats(files[0].file, every, np.concatenate(kinds)) - tally.shared
    return result


def _divided(files: Sequence[Opened]) -> bool:
    """Whether a published division comes with the files."""
    return any(opened.divided for opened in files)


def _with_splits(
    made: Made,
    files: Sequence[Opened],
    ids: NDArray[np.uint64],
    kinds: Sequence[NDArray[np.int8]],
) -> Made:
    """What was made, with its division, which is kept beside it.

    Raises:
        InputError: too many events are in several parts of it.
    """
    splits = np.concatenate(made.tally.splits)
    made.tally.shared, overlaps = count_overlaps(files[-1].file, ids, splits)
    with atomic_write(made.file.with_name(SPLITS)) as draft, draft.open("wb") as stream:
        np.save(stream, splits, allow_pickle=False)
    signal = np.concatenate(kinds) > 0
    return replace(
        made,
        splits=splits,
        signal=signal,
        notes=(*made.notes, *overlaps),
        split_by=files[0].split,
    )


def _notes(files: Sequence[Opened]) -> tuple[str, ...]:
    """Those of all files, each once."""
    every = [note for opened in files for note in opened.head.notes]
    return tuple(dict.fromkeys([*every, *(u for o in files for u in unit_notes(o.head.measures))]))


def _particle_faults(
    measures: Sequence[Measure], values: NDArray[np.float32]
) -> dict[str, NDArray[np.bool_]]:
    """What may be wrong with particles, and the unit that may be the reason."""
    faults = particle_faults(Events(values, np.zeros(len(values), dtype=np.int8)))
    said = {measure.name for measure in measures if measure.by == "user"}
    pt = "'p?=MeV'" if measures[0].name == "px" else "pt=MeV"
    hints = {"a pt above": (measures[0].name, pt), "a |phi| above": ("phi", "phi=deg")}
    for start, (name, unit) in hints.items():
        for what in [what for what in faults if what.startswith(start) and name not in said]:
            faults[f"{what} (in other units? say --unit {unit})"] = faults.pop(what)
    return faults


def _feature_faults(values: NDArray[np.float32]) -> dict[str, NDArray[np.bool_]]:
    bad = np.asarray(~np.isfinite(values).all(axis=1))
    return {"a feature that is missing, NaN or infinite": bad} if bad.any() else {}


def _described(head: Head) -> str:
    return "particles" if head.columns is None else f"the features {', '.join(head.columns)}"
