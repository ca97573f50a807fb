"""Features as pandas' fixed layout keeps them, in blocks by type, such as the published ones.

Only arrays of numbers and of plain byte strings are read: what pandas pickles is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.files.layout import Rows, member, reading, safe_filters
from bench_lhco.files.objects import has, left_out, objects, others
from bench_lhco.imported.columns import Chosen
from bench_lhco.imported.readers.hdf5 import (
    ITEMS,
    at,
    attributed,
    is_frame,
    searched,
    table_format,
)
from bench_lhco.imported.stream import ROWS, Foreign, Head, Slice

if TYPE_CHECKING:
    import h5py

AXIS = "axis0"
MOST = 1000
"""Columns of a frame."""


@dataclass(frozen=True)
class _Block:
    names: tuple[str, ...]
    events: int
    rows: Rows


def read_blocks(foreign: Foreign) -> Iterator[Head | Slice]:
    """The features of a frame, in the order of its columns."""
    with searched(foreign, lambda file: _columns(_frame(file, foreign), foreign)) as layout:
        names, places, blocks, units, beside = layout
        chosen = Chosen.of(foreign, names, units)
        events = blocks[0].events
        yield Head(
            "features", chosen.columns, chosen.measures, events, notes=(*beside, *chosen.notes)
        )
        for first in range(0, events, ROWS):
            last = min(first + ROWS, events)
            parts = [block.rows(first, last).astype(np.float64) for block in blocks]
            yield chosen.slice(np.concatenate(parts, axis=1)[:, places])


def _frame(file: h5py.File, foreign: Foreign) -> h5py.Group:
    import h5py

    if foreign.key is not None:
        frame = at(file, foreign)
        if not isinstance(frame, h5py.Group) or not has(frame, ITEMS):
            raise InputError(
                f"{foreign.file}: {frame.name} is no frame as pandas stores them"
                f"{table_format([frame])}"
            )
        return frame
    items = list(objects(file))
    frames = [item for item in items if is_frame(item)]
    if len(frames) != 1:
        listed = ", ".join(frame.name for frame in frames[:5]) or "none"
        how = ", say by --key which one" if frames else ""
        raise InputError(
            f"{foreign.file}: wanted one frame of features{how}; there is {listed}"
            f"{table_format(items)}"
        )
    return frames[0]


def _columns(
    frame: h5py.Group, foreign: Foreign
) -> tuple[tuple[str, ...], list[int], list[_Block], dict[str, str], tuple[str, ...]]:
    """The names of all columns, the place of each among the blocks', the blocks, the units.

    And a line about what else is in the file.
    """
    import h5py

    blocks = _blocks(frame, foreign)
    names = _texts(member(frame, AXIS, h5py.Dataset, foreign.file), foreign)
    held = [name for block in blocks for name in block.names]
    if sorted(held) != sorted(names):
        raise InputError(
            f"{foreign.file}: blocks with the columns {_few(held)}, wanted {_few(names)} as"
            f" {frame.name}/{AXIS} says"
        )
    beside = () if foreign.key is not None else left_out(others(frame.file, frame.name))
    places = [held.index(name) for name in names]
    return names, places, blocks, attributed(frame, names), beside


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (" and more" if len(names) > 20 else "")


def _blocks(frame: h5py.Group, foreign: Foreign) -> list[_Block]:
    blocks: list[_Block] = []
    while has(frame, f"block{len(blocks)}_values"):
        blocks.append(_block(frame, len(blocks), foreign))
        if sum(len(block.names) for block in blocks) > MOST:
            raise InputError(f"{foreign.file}: more than {MOST} columns, wanted fewer")
    if not blocks or len({block.events for block in blocks}) > 1 or not blocks[0].events:
        counts = ", ".join(str(block.events) for block in blocks) or "no blocks"
        raise InputError(f"{foreign.file}: blocks of {counts} events, wanted as many in each")
    return blocks


def _block(frame: h5py.Group, number: int, foreign: Foreign) -> _Block:
    import h5py

    values = member(frame, f"block{number}_values", h5py.Dataset, foreign.file)
    names = _texts(member(frame, f"block{number}_items", h5py.Dataset, foreign.file), foreign)
    if values.dtype.kind not in "fiu" or values.ndim != 2 or values.shape[1] != len(names):
        raise InputError(
            f"{foreign.file}: {values.name} holds {values.dtype!s:.40} of shape {values.shape},"
            f" wanted numbers of {len(names)} columns"
        )
    safe_filters(values, foreign.file)
    return _Block(names, values.shape[0], reading(values, foreign.file))


def _texts(items: h5py.Dataset, foreign: Foreign) -> tuple[str, ...]:
    """The names of columns, or their numbers as names."""
    if items.ndim != 1 or len(items) > MOST or items.dtype.kind not in "Siu":
        raise InputError(
            f"{foreign.file}: {items.name} holds {items.dtype!s:.40} of shape {items.shape},"
            f" wanted at most {MOST} names of columns as plain byte strings"
        )
    safe_filters(items, foreign.file)
    texts = items[:].tolist()
    return tuple(name.decode() if isinstance(name, bytes) else str(name) for name in texts)
