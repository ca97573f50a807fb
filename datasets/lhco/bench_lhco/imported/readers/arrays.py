"""Named arrays of a file, and which of them are the events, their labels and their division."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.files.pandas_rows import WIDTHS
from bench_lhco.imported.columns import demand_columns, demand_no_division
from bench_lhco.imported.divided import plain
from bench_lhco.imported.readers.hdf5 import is_hdf5, searched
from bench_lhco.imported.readers.hdf5_arrays import hdf5_arrays
from bench_lhco.imported.readers.npy import Stored, is_npy, is_npz, npy_array, npz_arrays
from bench_lhco.imported.stream import Foreign
from bench_lhco.labels import LABEL_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

NUMBERS = "fiub"
"""Kinds of numpy's numbers that values may be."""
LABELLED = (*LABEL_NAMES, "y")
"""What the array of labels is called, in any case; with what follows the X of the events' name."""


@contextmanager
def opened_arrays(foreign: Foreign) -> Iterator[tuple[list[Stored], str | None]]:
    """The arrays of a file in HDF5, .npy or .npz, while it is open, and which is at the key.

    Raises:
        InputError: what is wrong with the file.
    """
    if is_npy(foreign.file):
        with npy_array(foreign.file) as arrays:
            yield arrays, foreign.key
    elif is_npz(foreign.file):
        with npz_arrays(foreign.file) as arrays:
            yield arrays, foreign.key
    else:
        with searched(foreign, lambda file: hdf5_arrays(file, foreign)) as arrays_and_key:
            yield arrays_and_key


def layout_of_arrays(foreign: Foreign) -> str:
    """The layout of the array of events: rows, padded particles, or features in columns."""
    with opened_arrays(foreign) as (arrays, key):
        if key is None and are_features(foreign, arrays):
            return "columns"
        events = _events(foreign, arrays, key)
    if len(events.shape) == 3:
        return "padded"
    rows = len(events.shape) == 2 and events.shape[1] in WIDTHS and not foreign.columns
    return "array" if rows else "columns"


def are_features(foreign: Foreign, arrays: Sequence[Stored]) -> bool:
    """Whether the arrays are a feature each: several of one axis, equally long, in one place."""
    if any(is_events(array, foreign) for array in arrays):
        return False
    places = {array.name.rpartition("/")[0] for array in arrays}
    shapes = {array.shape for array in arrays}
    return len(arrays) > 1 and len(places) == 1 and [len(shape) for shape in shapes] == [1]


@dataclass(frozen=True)
class Bag:
    """The arrays that are used."""

    events: Stored
    label: Stored | None
    split: Stored | None
    left: tuple[str, ...]
    """Others, which are left out."""

    @classmethod
    def of(cls, foreign: Foreign, arrays: Sequence[Stored], key: str | None) -> Bag:
        """The choice among the arrays of a file; that at the key, if one is given.

        Raises:
            InputError: no events, several and no key that says which, or labels in another form.
        """
        events = _events(foreign, arrays, key)
        folder = events.name.rpartition("/")[0]
        others = [a for a in arrays if a is not events and a.name.rpartition("/")[0] == folder]
        fitting = {a.last: a for a in others if a.shape in _columns_of(events.shape[0])}
        suffix = events.last[1:] if events.last[:1] in ("x", "X") else ""
        label = foreign.label
        if label is None:
            named = [
                a for a in others if _is_label(a.last, suffix) and a.last not in foreign.without
            ]
            if len(named) > 1:
                raise InputError(
                    f"{foreign.file}: arrays of labels {', '.join(a.last for a in named)}, wanted"
                    " one at most; say by --label-column which"
                )
            if named and named[0].last not in fitting:
                raise InputError(
                    f"{foreign.file}: {named[0].name} has the shape {named[0].shape}, wanted a"
                    f" label for each of {events.shape[0]} events"
                )
            label = named[0].last if named else None
        for option, name in (("--label-column", label), ("--split-column", foreign.split)):
            demand_columns(foreign, option, [] if name is None else [name], list(fitting))
        demand_columns(foreign, "--without-column", foreign.without, [a.last for a in others])
        demand_no_division(foreign, [name for name in fitting if name != label])
        taken = {label, foreign.split}
        left = tuple(a.name for a in arrays if a is not events and a.last not in taken)
        split = None if foreign.split is None else fitting[foreign.split]
        return cls(events, None if label is None else fitting[label], split, left)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is made of the arrays."""
        notes = [] if self.label is None else [f"labels are those of array {self.label.name!r:.60}"]
        if self.left:
            more = f" and {len(self.left) - 20} more" if self.left[20:] else ""
            notes.append(f"arrays left out: {', '.join(map(repr, self.left[:20]))}{more}")
        return tuple(notes)

    def beside(self, foreign: Foreign) -> Beside:
        """Reads labels and splits of events."""
        return Beside(foreign, self.label, self.split)


class Beside:
    """Reads what lies beside the events: labels, and splits."""

    def __init__(self, foreign: Foreign, label: Stored | None, split: Stored | None) -> None:
        if label is not None and label.dtype.kind not in NUMBERS:
            raise InputError(
                f"{foreign.file}: {label.name} holds {label.dtype!s:.40}, wanted labels"
            )
        self._label = None if label is None else label.opened()
        self._split = None if split is None else split.opened()

    def labels(self, first: int, last: int) -> NDArray[np.float64] | None:
        """(n,); None where there are none."""
        if self._label is None:
            return None
        return self._label(first, last).reshape(-1).astype(np.float64)

    def splits(self, first: int, last: int) -> NDArray[np.str_] | None:
        """(n,), as words; None where there are none."""
        if self._split is None:
            return None
        cells = self._split(first, last).reshape(-1).tolist()
        return np.array([plain(cell) for cell in cells], dtype=np.str_)


def _events(foreign: Foreign, arrays: Sequence[Stored], key: str | None) -> Stored:
    """The array of events: that at the key, or the only one that may be it."""
    if key is not None:
        matches = [array for array in arrays if array.name.strip("/") == key.strip("/")]
        if not matches:
            listed = ", ".join(array.name for array in arrays[:8])
            raise InputError(f"{foreign.file}: there is no array {key!r:.60}, there is {listed}")
        return matches[0]
    if len(arrays) == 1 and not is_hdf5(foreign.file):
        return arrays[0]
    fitting = [array for array in arrays if is_events(array, foreign)]
    if len(fitting) == 1:
        return fitting[0]
    shown = [f"{array.name} {array.shape}" for array in fitting or arrays]
    listed = ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if shown[5:] else "")
    how = "say by --key which one" if fitting else f"with {WIDTHS[0]} or {WIDTHS[1]} columns"
    names = "" if fitting else ", or --columns that says what its columns are"
    raise InputError(
        f"{foreign.file}: wanted one array of events, {how}{names}; there is {listed or 'none'}"
    )


def is_events(array: Stored, foreign: Foreign) -> bool:
    """Whether an array may be the events: of particles, of rows, or with names."""
    shape = array.shape
    if array.dtype.names:
        return len(shape) == 1
    if array.dtype.kind not in NUMBERS or _is_label(array.last, ""):
        return False
    widths = (*WIDTHS, len(foreign.columns)) if foreign.columns else WIDTHS
    return (len(shape) == 3 and shape[2] >= 3) or (len(shape) == 2 and shape[1] in widths)


def _is_label(name: str, suffix: str) -> bool:
    """Whether an array is called as labels are; with what follows the X of the events' name."""
    names = {*LABELLED, *(f"{label}{suffix}".lower() for label in LABELLED)}
    return name.lower() in names


def _columns_of(events: int) -> tuple[tuple[int, ...], ...]:
    return (events,), (events, 1)
