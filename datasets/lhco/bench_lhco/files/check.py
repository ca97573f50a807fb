"""Validates a whole file of events and says what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import Context, InputError
from bench_lhco.events import event_ids
from bench_lhco.files.inspect import Inspection, inspected, isolated
from bench_lhco.files.reader import raw_slices
from bench_lhco.files.sha256 import (
    announced_sha256,
    demand_recorded,
    file_sha256,
    recorded_sha256,
)
from bench_lhco.files.values import SUMS, first_fault

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

SIZE = 1000
"""Events looked at together."""
MANY = 10_000
"""Invalid events after which a file is given up."""


@dataclass(frozen=True, eq=False)
class _Sound:
    """What a slice without invalid events amounts to."""

    events: int
    labels: NDArray[np.int8]  # (n,)
    ids: NDArray[np.uint64]  # (n,)
    counts: NDArray[np.int64]  # (n,), particles an event
    lowest: float  # GeV
    highest: float  # GeV
    sums: NDArray[np.float64]  # (n,), of all pt, GeV


@dataclass(frozen=True)
class _Faulty:
    """A slice with invalid events: how many, and what is wrong with the first of them."""

    events: int
    bad: int
    first: str


def check(
    path: Path,
    context: Context,
    *,
    labels: NDArray[np.int8] | int | None = None,
    kinds: Sequence[str] = ("signal",),
) -> list[str]:
    """Validate every event of a file; gives what was found, a line each.

    The values are read in a child process with limits, and not before the file's sha256 agrees
    with the one on record.

    Args:
        path: a file in the official layout.
        context: its `progress` shows how far the work is.
        labels: for a file without a label column, as for `slices`.
        kinds: the kinds of signal, which have the labels 1, 2 and so on.

    Raises:
        InputError: what is wrong with the file: for its events the first bad one and how many
            there are; a sha256 other than the one recorded beside the file.
    """
    inspection = inspected(path)
    on_record = recorded_sha256(path) or announced_sha256(path)
    digest = file_sha256(path, context.progress) if on_record else None
    recorded = demand_recorded(path, digest) if digest else None
    sound = _read(path, inspection.layout.events, context, labels, kinds)
    beside = "as recorded beside it" if recorded else "none recorded beside it"
    digest = digest or file_sha256(path, context.progress)
    lines = _lines(inspection, sound, kinds)
    if inspection.others:
        lines.append(f"not looked at: {', '.join(inspection.others)}")
    return [*lines, _origin(inspection), f"sha256: {digest}, {beside}"]


def _read(
    path: Path,
    events: int,
    context: Context,
    labels: NDArray[np.int8] | int | None,
    kinds: Sequence[str],
) -> list[_Sound]:
    """All slices of a file, unless there are invalid events in it."""
    sound: list[_Sound] = []
    seen, bad, first = 0, 0, ""
    with context.progress(f"events of {path.name}", events) as bar:
        for part in isolated(_parts, path, labels, range(len(kinds) + 1)):
            if isinstance(part, _Sound):
                sound.append(part)
            else:
                bad, first = bad + part.bad, first or part.first
            seen += part.events
            bar.advance(part.events)
            if bad >= MANY:
                break
        if bad:
            more = "or more " if seen < events else ""
            raise InputError(
                f"{path}: {first}; {bad} {more}of {events} events are invalid, wanted none"
            )
    return sound


def _parts(
    path: Path, labels: NDArray[np.int8] | int | None, allowed: Sequence[int]
) -> Iterator[_Sound | _Faulty]:
    """A file slice by slice; for a child process."""
    for part in raw_slices(path, SIZE, labels=labels, allowed=allowed):
        if part.faults:
            yield _Faulty(len(part.events), *first_fault(part.faults, part.start))
            continue
        particles = part.events.particles
        yield _Sound(
            events=len(part.events),
            labels=part.events.labels,
            ids=event_ids(particles),
            counts=particles.counts,
            lowest=float(particles.pt.min()),
            highest=float(particles.pt.max()),
            sums=part.events.padded[:, :, 0].sum(axis=1, dtype="float64"),
        )


def _lines(inspection: Inspection, parts: Sequence[_Sound], kinds: Sequence[str]) -> list[str]:
    import numpy as np

    layout = inspection.layout
    counts = np.concatenate([part.counts for part in parts])
    twice = layout.events - len(np.unique(np.concatenate([part.ids for part in parts])))
    lowest, highest = min(part.lowest for part in parts), max(part.highest for part in parts)
    packing = ", ".join(layout.filters) or "not packed"
    source = "label column" if layout.labelled else "no label column, labels from outside"
    labels = np.concatenate([part.labels for part in parts])
    background, *signal = np.bincount(labels, minlength=len(kinds) + 1)
    numbers = [f"{n} {kind}" for kind, n in zip(kinds, signal, strict=True)]
    return [
        f"layout: {layout.kind}, {layout.width} columns of {layout.dtype}, {packing}",
        f"events: {layout.events}, none invalid",
        f"labels: {', '.join([*numbers, f'{background} background'])} ({source})",
        f"particles an event: {counts.min()} to {counts.max()}, median {np.median(counts):g}",
        f"pt: {lowest:.4g} to {highest:.4g} GeV",
        *_unit(float(np.median(np.concatenate([part.sums for part in parts])))),
        f"duplicates: {twice} of {layout.events} events are there more than once",
    ]


def _unit(median: float) -> Iterator[str]:
    """That the sum of pt in an event, its median, is none that the LHC gives in GeV."""
    least, most = SUMS
    if not least <= median <= most:
        how = "an import takes another unit by --unit pt=TeV"
        yield f"unit: the sum of pt in an event is {median:.4g} in the median, hardly GeV; {how}"


def _origin(inspection: Inspection) -> str:
    attributes = inspection.provenance
    if attributes is None:
        return "edition: not said in the file, so not one of ours"
    edition = attributes.get("edition", "not said")
    details = "; ".join(
        f"{name} {value}" for name, value in attributes.items() if name != "edition"
    )
    return f"edition: {edition}" + (f" ({details})" if details else "")
