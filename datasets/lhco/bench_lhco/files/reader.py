"""Reads events from a file in slices, each one validated before it is handed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.events import MAX_PARTICLES, Events
from bench_lhco.files.layout import VALUES, Layout
from bench_lhco.files.opened import opened
from bench_lhco.files.values import choice, label_faults, particle_faults, refuse

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Examined:
    """Some events as they were read, with what is wrong with them."""

    start: int
    events: Events
    faults: dict[str, NDArray[np.bool_]]  # (n,) each, by what is wrong


def slices(
    path: Path,
    size: int = 1000,
    start: int = 0,
    stop: int | None = None,
    *,
    labels: NDArray[np.int8] | int | None = None,
    allowed: Sequence[int] = (0, 1),
) -> Iterator[Events]:
    """The events of a file from `start` to `stop`, so many at a time.

    Args:
        path: a file in the official layout.
        size: events in a slice.
        start: the first event.
        stop: one past the last event; None for all there are.
        labels: for a file without a label column: those of these events, or one for all.
        allowed: the labels that there may be: 0 background, 1 and more the kinds of signal.

    Raises:
        InputError: what is wrong with the file, or with the first bad event and how many there
            are in its slice.
    """
    for part in raw_slices(path, size, start, stop, labels=labels, allowed=allowed):
        yield sound(path, part)


def sound(path: Path, part: Examined, *, skip: bool = False) -> Events:
    """The events of a slice; invalid ones are refused, or left out with `skip`.

    Raises:
        InputError: there are invalid ones and `skip` is False.
    """
    import numpy as np

    if not part.faults:
        return part.events
    if not skip:
        refuse(path, part.faults, part.start, len(part.events))
    good = ~np.logical_or.reduce(list(part.faults.values()))
    return Events(part.events.padded[good], part.events.labels[good])


def raw_slices(
    path: Path,
    size: int,
    start: int = 0,
    stop: int | None = None,
    *,
    labels: NDArray[np.int8] | int | None = None,
    allowed: Sequence[int] = (0, 1),
) -> Iterator[Examined]:
    """What `slices` gives, before anything invalid is refused."""
    with opened(path) as (layout, rows):
        end = layout.events if stop is None else stop
        if size < 1 or not 0 <= start <= end <= layout.events:
            raise InputError(
                f"{path}: asked for events {start} to {end} in slices of {size},"
                f" there are {layout.events}"
            )
        given = _given_labels(path, layout, labels, allowed, end - start)
        for first in range(start, end, size):
            last = min(first + size, end)
            among = None if given is None else given[first - start : last - start]
            yield _slice(rows(first, last), first, among, allowed)


def _given_labels(
    path: Path,
    layout: Layout,
    labels: NDArray[np.int8] | int | None,
    allowed: Sequence[int],
    events: int,
) -> NDArray[np.int8] | None:
    """The labels from outside the file for the events asked for; None where it has its own."""
    import numpy as np

    if layout.labelled:
        if labels is not None:
            raise InputError(f"{path}: has a label column, wanted none beside the labels given")
        return None
    if labels is None:
        raise InputError(f"{path}: has no label column, wanted labels such as a master key")
    given = np.broadcast_to(np.int8(labels), (events,)) if isinstance(labels, int) else labels
    if given.shape != (events,):
        raise InputError(f"{path}: {given.size} labels came with {events} of its events")
    if label_faults(given, allowed):
        raise InputError(f"{path}: labels other than {choice(allowed)} came with it")
    return given


def _slice(
    rows: NDArray[np.floating],
    start: int,
    given: NDArray[np.int8] | None,
    allowed: Sequence[int],
) -> Examined:
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is infinite, so refused
        padded = rows[:, :VALUES].astype(np.float32).reshape(-1, MAX_PARTICLES, 3)
    faults = {}
    if given is None:
        faults = label_faults(rows[:, VALUES], allowed)
        labels = np.zeros(len(rows), dtype=np.int8) if faults else rows[:, VALUES].astype(np.int8)
    else:
        labels = given.astype(np.int8)
    events = Events(padded, labels)
    return Examined(start, events, particle_faults(events) | faults)
