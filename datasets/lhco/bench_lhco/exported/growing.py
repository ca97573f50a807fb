"""An HDF5 file whose arrays grow with its entries and with the longest of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench_lhco.exported.entries import Entries
from bench_lhco.files.refusable import closing_well
from bench_lhco.particles import taken

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = (16, 64)
"""Entries and particles of a chunk of a padded array: small, as tools read entry by entry."""
FLAT = 4096
"""Values of a chunk of any other array."""


class GrowingFile:
    """Arrays of n entries; those of three axes are padded with zeros to the longest entry."""

    def __init__(self, path: Path) -> None:
        import h5py

        self._file = h5py.File(path, "w")
        self._open = True
        self.path = path
        self._ids: list[NDArray[np.uint64]] = []

    @property
    def ids(self) -> NDArray[np.uint64]:
        """Those of its entries: (n,)."""
        return np.concatenate(self._ids)

    def append(self, name: str, values: NDArray[Any]) -> None:
        """Add rows to an array, which is made where there is none of this name."""
        if name not in self._file:
            axes = values.ndim
            rest = values.shape[2:] if axes == 3 else values.shape[1:]
            self._file.create_dataset(
                name,
                shape=(0, 0, *rest) if axes == 3 else (0, *rest),
                maxshape=(None, None, *rest) if axes == 3 else (None, *rest),
                chunks=(*(CHUNK if axes == 3 else (FLAT,)), *rest),
                dtype=values.dtype,
                compression="gzip",
                compression_opts=1,
                shuffle=True,
            )
        array = self._file[name]
        before = len(array)
        array.resize(before + len(values), axis=0)
        if values.ndim == 3:
            array.resize(max(array.shape[1], values.shape[1]), axis=1)
            array[before:, : values.shape[1]] = values
        else:
            array[before:] = values

    def append_identity(self, entries: Entries, rows: NDArray[np.intp]) -> None:
        """Add which events those of these rows are, and their particles as they are in their file.

        The particles of entry i are `particles[offsets[i]:offsets[i + 1]]`: pt, eta, phi.
        """
        event = taken(entries.event, rows)
        self._ids.append(entries.ids[rows])
        self.append("event", entries.ids[rows])
        self.append("index", entries.index[rows].astype(np.int64))
        self.append("label", entries.labels[rows])
        self.append("weight", entries.weights[rows])
        if "offsets" not in self._file:
            self.append("offsets", event.offsets[:1])
        start = len(self._file["particles"]) if "particles" in self._file else 0
        self.append("particles", event.values)
        self.append("offsets", event.offsets[1:] + start)

    def describe(self, name: str, columns: list[str]) -> None:
        """Say in an attribute what the last axis of an array holds."""
        self._file[name].attrs["columns"] = columns

    def width(self, name: str) -> int:
        """Particles that an array has room for in an entry."""
        return int(self._file[name].shape[1])

    def widen(self, name: str, width: int) -> None:
        """Give an array room for so many particles in an entry."""
        self._file[name].resize(width, axis=1)

    def close(self) -> None:
        """Close the file, if it still is open.

        Raises:
            OSError: the machine refused a write.
        """
        if self._open:
            self._open = False
            with closing_well(self._file):
                pass
