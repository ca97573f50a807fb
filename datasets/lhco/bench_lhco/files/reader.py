"""Reads events from a file in slices, each one validated before it is handed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.events import MAX_PARTICLES, Events
from bench_lhco.files.layout import VALUES, Layout, opened
from bench_lhco.files.values import label_faults, particle_faults, refuse

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Slice:
    """Events as they were read, with what is wrong with them."""

    start: int
    particles: NDArray[np.float32]  # (n, 700, 3): pt [GeV], eta, phi [rad]
    y: NDArray[np.int8]  # (n,), 1 signal, 0 background
    faults: dict[str, NDArray[np.bool_]]


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
        labels: for a file without a label column: those of the whole file, or one for all.
        allowed: the labels that the label column may hold; every one but 0 is signal.

    Raises:
        InputError: what is wrong with the file, or with the first bad event and how many there
            are in its slice.
    """
    for part in raw_slices(path, size, start, stop, labels=labels, allowed=allowed):
        among = f"events {part.start} to {part.start + len(part.y) - 1}"
        refuse(path, part.faults, part.start, among)
        yield Events(part.particles, part.y)


def raw_slices(
    path: Path,
    size: int,
    start: int = 0,
    stop: int | None = None,
    *,
    labels: NDArray[np.int8] | int | None = None,
    allowed: Sequence[int] = (0, 1),
) -> Iterator[Slice]:
    """What `slices` gives, before anything invalid is refused."""
    with opened(path) as (layout, rows):
        end = layout.events if stop is None else stop
        if size < 1 or not 0 <= start <= end <= layout.events:
            raise InputError(
                f"{path}: asked for events {start} to {end} in slices of {size},"
                f" there are {layout.events}"
            )
        given = _given_labels(path, layout, labels)
        for first in range(start, end, size):
            last = min(first + size, end)
            yield _slice(rows(first, last), first, given, allowed)


def _given_labels(
    path: Path, layout: Layout, labels: NDArray[np.int8] | int | None
) -> NDArray[np.int8] | None:
    """The labels from outside the file for all of its events, or None where it has its own."""
    import numpy as np

    if layout.labelled:
        if labels is not None:
            raise InputError(f"{path}: has a label column, wanted none beside the labels given")
        return None
    if labels is None:
        raise InputError(f"{path}: has no label column, wanted labels such as a master key")
    if isinstance(labels, int):
        given = np.broadcast_to(np.int8(labels), (layout.events,))
    else:
        given = labels
    if given.shape != (layout.events,):
        raise InputError(
            f"{path}: has {layout.events} events, but {given.size} labels came with it"
        )
    if not np.isin(given, (0, 1)).all():
        raise InputError(f"{path}: labels other than 0 (background) and 1 (signal) came with it")
    return given


def _slice(
    rows: NDArray[np.floating],
    start: int,
    given: NDArray[np.int8] | None,
    allowed: Sequence[int],
) -> Slice:
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is infinite, so refused
        particles = rows[:, :VALUES].astype(np.float32).reshape(-1, MAX_PARTICLES, 3)
    faults = particle_faults(particles)
    if given is None:
        faults |= label_faults(rows[:, VALUES], allowed)
        y = (rows[:, VALUES] > 0).astype(np.int8)
    else:
        y = given[start : start + len(rows)].astype(np.int8)
    return Slice(start, particles, y, faults)
