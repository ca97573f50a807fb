"""Writes events in the official layout, the one that pandas calls fixed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from bench import InputError, RequestError, atomic_write
from bench_lhco.events import MAX_PARTICLES, Events
from bench_lhco.files.layout import FIXED, GROUP, VALUES
from bench_lhco.files.provenance import Value, set_provenance, text_attribute
from bench_lhco.files.refusable import refusable
from bench_lhco.files.sha256 import forget_sha256
from bench_lhco.files.values import label_faults, particle_faults, refuse

if TYPE_CHECKING:
    from pathlib import Path

    import h5py
    import numpy as np
    from numpy.typing import NDArray

WIDTH = VALUES + 1
CHUNK = 65536  # bytes, as in the official files
ROWS = 1000
"""Events written at once."""
LABELS = range(10)
"""0 background, 1 and more the kinds of signal."""


def write(
    path: Path,
    events: Events | Iterable[Events],
    attributes: Mapping[str, Value] | None = None,
    total: int | None = None,
    announce: Callable[[Path], None] | None = None,
) -> None:
    """Write events with their labels, putting the file in its place when it is whole.

    Args:
        path: the file, replaced if there.
        events: all of them, or one slice after the other.
        attributes: what the file says of itself, such as its edition; see `provenance`.
        total: how many events come in slices.
        announce: is given the whole file before it takes its place; without, a sha256 that is
            recorded beside `path` is forgotten.

    Raises:
        InputError: an invalid event, another number of events than `total`, no folder.
        RequestError: no `total` with slices, a name that no attribute can have.
    """
    parts = (events,) if isinstance(events, Events) else events
    count = len(events) if isinstance(events, Events) else total
    if not count:
        raise RequestError(f"{path}: wanted the number of events to write, at least one")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}, wanted one to write to")
    with atomic_write(path) as temporary:
        _write(temporary, path, parts, attributes or {}, count)
        if announce:
            announce(temporary)
        else:
            forget_sha256(path)


def _write(
    temporary: Path,
    path: Path,
    parts: Iterable[Events],
    attributes: Mapping[str, Value],
    total: int,
) -> None:
    import numpy as np

    with refusable(temporary) as file:
        _node(file, "GROUP", "1.0", PYTABLES_FORMAT_VERSION="2.1")
        set_provenance(file, attributes)
        group = file.create_group(GROUP)
        _frame(group)
        _axis(group, "axis0", np.arange(WIDTH))
        _axis(group, "axis1", np.arange(total))
        _axis(group, "block0_items", np.arange(WIDTH))
        shape = (total, WIDTH)
        chunks = (min(total, CHUNK // (8 * WIDTH)), WIDTH)
        values = group.create_dataset(FIXED, shape, "<f8", chunks=chunks, **_blosc())
        _node(values, "CARRAY", "1.1")
        _transposed(values)
        done = 0
        for part in parts:
            done = _append(values, path, part, done)
        if done != total:
            raise InputError(f"{path}: {done} events came to be written, wanted {total}")


def _append(values: h5py.Dataset, path: Path, part: Events, done: int) -> int:
    """Write a slice after the `done` events there; gives how many there are then."""
    for first in range(0, len(part), ROWS):
        rows = _rows(path, part, first, done)
        if done + len(rows) > len(values):
            raise InputError(f"{path}: more events came to be written than {len(values)}")
        values[done : done + len(rows)] = rows
        done += len(rows)
    return done


def _rows(path: Path, part: Events, first: int, done: int) -> NDArray[np.float64]:
    import numpy as np

    events = Events(part.padded[first : first + ROWS], part.labels[first : first + ROWS])
    n = len(events)
    if events.padded.shape != (n, MAX_PARTICLES, 3):
        raise InputError(
            f"{path}: particles of shape {events.padded.shape} came to be written,"
            f" wanted ({n}, {MAX_PARTICLES}, 3)"
        )
    faults = particle_faults(events) | label_faults(events.labels, LABELS)
    refuse(path, faults, done, n)
    rows = np.empty((n, WIDTH))
    rows[:, :VALUES] = events.padded.reshape(-1, VALUES)
    rows[:, VALUES] = events.labels
    return rows


def _blosc() -> Mapping[str, object]:
    import hdf5plugin

    return hdf5plugin.Blosc(cname="blosclz", clevel=5, shuffle=hdf5plugin.Blosc.SHUFFLE)


def _node(holder: h5py.HLObject, kind: str, version: str, **more: str) -> None:
    """The attributes by which PyTables knows a node."""
    for name, text in {"CLASS": kind, "TITLE": "", "VERSION": version, **more}.items():
        text_attribute(holder, name, text)


def _frame(group: h5py.Group) -> None:
    """The attributes by which pandas knows a frame."""
    import numpy as np

    varieties = {f"{axis}_variety": "regular" for axis in ("axis0", "axis1", "block0_items")}
    _node(group, "GROUP", "1.0", encoding="UTF-8", errors="strict", pandas_type="frame")
    for name, text in varieties.items():
        text_attribute(group, name, text)
    group.attrs["nblocks"] = np.int64(1)
    group.attrs["ndim"] = np.int64(2)


def _axis(group: h5py.Group, name: str, numbers: NDArray[np.int64]) -> None:
    """A numbered axis, without the attribute `name`, which pandas pickles and does not need."""
    chunks = (min(len(numbers), 8192),)
    axis = group.create_dataset(name, data=numbers.astype("<i8"), chunks=chunks, **_blosc())
    _node(axis, "CARRAY", "1.1")
    text_attribute(axis, "kind", "integer")
    _transposed(axis)
    axis.flush()  # a refusal would be lost where the array goes out of sight


def _transposed(dataset: h5py.Dataset) -> None:
    """The mark that pandas turns the array round on reading: a bit field, as PyTables writes it."""
    import numpy as np
    from h5py import h5a, h5s, h5t

    mark = h5a.create(dataset.id, b"transposed", h5t.STD_B8LE, h5s.create(h5s.SCALAR))
    mark.write(np.ones((), np.uint8), mtype=h5t.STD_B8LE)
