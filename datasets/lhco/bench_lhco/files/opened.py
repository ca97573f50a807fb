"""Finds the events in an HDF5 file of the official layouts: pandas' frames, fixed or table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.files.layout import (
    FIXED,
    GROUP,
    TABLE,
    Layout,
    Rows,
    guarded,
    member,
    open_hdf5,
)
from bench_lhco.files.pandas_rows import fixed_rows, table_rows

if TYPE_CHECKING:
    import h5py


@contextmanager
def opened(path: Path, key: str = GROUP) -> Iterator[tuple[Layout, Rows]]:
    """The layout of a file, and its rows while it is open.

    Raises:
        InputError: not such a file, or not one that can be read safely.
    """
    file = open_hdf5(path)
    with file:
        layout, rows = guarded(path, lambda: _find(file, path, key))
        yield layout, rows


def read_layout(path: Path) -> Layout:
    """The layout of a file; its values are not read.

    Raises:
        InputError: not such a file, or not one that can be read safely.
    """
    with opened(path) as (layout, _):
        return layout


def _find(file: h5py.File, path: Path, key: str) -> tuple[Layout, Rows]:
    import h5py

    group: h5py.Group = file
    for name in key.strip("/").split("/"):
        group = member(group, name, h5py.Group, path)
    links = group.id.links
    if links.exists(FIXED.encode()):
        return fixed_rows(group, path)
    if links.exists(TABLE.encode()):
        return table_rows(member(group, TABLE, h5py.Dataset, path), path)
    raise InputError(f"{path}: {group.name} has neither {FIXED} nor {TABLE}, wanted one of the two")
