"""Frames as pandas stores them in HDF5, in whatever blocks, keys and orders of columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
from foreign import particles, rows

ROWS = rows(particles())  # (60, 2101)
WIDTH = ROWS.shape[1]
Block = tuple[Sequence[int | str], np.ndarray]
"""The names of its columns, and its values."""


def fixed(path: Path, key: str, blocks: Sequence[Block], axis: Sequence[int | str]) -> Path:
    """Add a frame in the fixed format."""
    with h5py.File(path, "a") as f:
        group = f.create_group(key)
        group.attrs["pandas_type"] = np.bytes_("frame")
        group["axis0"] = _names(axis)
        group["axis1"] = np.arange(len(blocks[0][1]))
        for number, (names, values) in enumerate(blocks):
            group[f"block{number}_items"] = _names(names)
            group[f"block{number}_values"] = values
    return path


def _names(names: Sequence[int | str]) -> np.ndarray:
    if any(isinstance(name, str) for name in names):
        return np.array([str(name).encode() for name in names])
    return np.array(names, dtype=np.int64)


def table(path: Path, key: str, blocks: Sequence[Block], *, listed: bool = True) -> Path:
    """Add a frame in the table format; its names are listed as pandas pickles them."""
    fields = [
        (f"values_block_{number}", values.dtype, (values.shape[1],))
        for number, (_, values) in enumerate(blocks)
    ]
    records = np.zeros(len(blocks[0][1]), np.dtype([("index", "<i8"), *fields]))
    for (name, *_), (_, values) in zip(fields, blocks, strict=True):
        records[name] = values
    with h5py.File(path, "a") as f:
        f[f"{key}/table"] = records
        f[key].attrs["pandas_type"] = np.bytes_("frame_table")
        for (name, *_), (names, _) in zip(fields, blocks, strict=True):
            if listed:
                said = b"(lp1\n" + b"".join(b"I%d\na" % n for n in names) + b"."
                f[f"{key}/table"].attrs[f"{name}_kind"] = np.bytes_(said)
    return path


def pickled(path: Path, *names: str) -> Path:
    """Put what pandas does with objects in place of arrays."""
    with h5py.File(path, "a") as f:
        for name in names:
            del f[name]
            array = f.create_dataset(name, (1,), h5py.vlen_dtype(np.dtype("u1")))
            array[0] = np.frombuffer(b"\x80\x05cposix\nsystem\n(S'false'\ntR.", "u1")
    return path


def labelled(kind: str, *, first: bool = False) -> list[Block]:
    """Blocks of a frame whose label has a type of its own."""
    blocks: list[Block] = [
        (range(WIDTH - 1), ROWS[:, :-1]),
        ([WIDTH - 1], ROWS[:, -1:].astype(kind)),
    ]
    return blocks[::-1] if first else blocks
