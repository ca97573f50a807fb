"""Events as pandas keeps a frame of 2100 or 2101 columns: in one block or in one for each type.

Columns that say which ones they are come in the order of their numbers, the label last, wherever
it stands and whatever type it has. Names that pandas pickled are never unpickled.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench import InputError
from bench_lhco.files.layout import FIELD, VALUES, Layout, Rows, member, reading, safe_filters
from bench_lhco.labels import LABEL_NAMES

if TYPE_CHECKING:
    import h5py
    from numpy.typing import NDArray

WIDTHS = (VALUES, VALUES + 1)
AXIS = "axis0"
BLOCKS = 100
"""Blocks of a frame; there is one for each type."""
PICKLED = re.compile(rb"\(lp\d+\n(?:(?:I\d{1,6}\n|[VS][^\n]*\np\d+\n)a)*\.")
"""A list of numbers and words as pandas pickles it in the oldest way, and nothing else."""
ENTRY = re.compile(rb"I(\d{1,6})\na|[VS]([^\n]*)\np\d+\na")


@dataclass(frozen=True)
class _Block:
    where: str
    width: int
    events: int
    dtype: np.dtype[np.generic]
    names: tuple[str, ...] | None
    """Of its columns; None where pandas pickled them."""
    values: h5py.Dataset
    rows: Rows


def fixed_rows(group: h5py.Group, path: Path) -> tuple[Layout, Rows]:
    """The layout of a frame in the fixed format, and its rows while the file is open.

    Raises:
        InputError: it holds something else than events, or is unwise to read.
    """
    import h5py

    blocks: list[_Block] = []
    links = group.id.links
    while links.exists((name := f"block{len(blocks)}_values").encode()) and len(blocks) < BLOCKS:
        values = member(group, name, h5py.Dataset, path)
        blocks.append(_fixed(group, values, f"block{len(blocks)}_items", path))
    axis = _names(group, AXIS, path) if len(blocks) > 1 else None
    return _joined("fixed", blocks, axis, f"{path}: {group.name}", path)


def table_rows(values: h5py.Dataset, path: Path) -> tuple[Layout, Rows]:
    """The same of a table, whose blocks are fields of its records."""
    names = values.dtype.names or ()
    fields = [name for name in names if name.startswith("values_block_")]
    where = f"{path}: {values.name}"
    kinds = [values.dtype[name].subdtype for name in fields]
    if values.ndim != 1 or not fields or None in kinds or len(fields) > BLOCKS:
        raise InputError(
            f"{where} is no table with all its columns in {FIELD} or more of that kind"
        )
    blocks = []
    for name, (dtype, shape) in zip(fields, kinds, strict=True):
        width = shape[0] if len(shape) == 1 else 0
        blocks.append(
            _Block(
                f"{where} {name}",
                width,
                len(values),
                dtype,
                _listed(values, f"{name}_kind"),
                values,
                reading(values.fields(name), path),
            )
        )
    return _joined("table", blocks, None, where, path)


def _fixed(group: h5py.Group, values: h5py.Dataset, items: str, path: Path) -> _Block:
    where = f"{path}: {values.name}"
    if values.ndim == 1 and values.dtype.kind == "O":
        raise InputError(
            f"{where} has shape {values.shape}: objects that pandas pickled, which are never read; "
            "wanted labels as numbers, 0 for background and 1 for signal"
        )
    if values.ndim != 2:
        raise InputError(f"{where} has shape {values.shape}, wanted (events, {VALUES + 1})")
    events, width = values.shape
    return _Block(
        where,
        width,
        events,
        values.dtype,
        _names(group, items, path),
        values,
        reading(values, path),
    )


def _joined(
    kind: str, blocks: Sequence[_Block], axis: tuple[str, ...] | None, where: str, path: Path
) -> tuple[Layout, Rows]:
    """All blocks as one array of rows, its columns in their order."""
    width = sum(block.width for block in blocks)
    where = blocks[0].where if len(blocks) == 1 else where
    if width not in WIDTHS:
        raise InputError(
            f"{where} has {width} columns, wanted {VALUES} (particles)"
            f" or {VALUES + 1} (particles and a label)"
        )
    for block in blocks:
        whole = block.width == width
        fits = block.dtype.kind == "f" and block.dtype.itemsize in (4, 8)
        if not fits and (whole or block.dtype.kind not in "iub"):
            raise InputError(f"{block.where} holds {block.dtype!s:.40}, wanted float32 or float64")
    counts = sorted({block.events for block in blocks})
    if len(counts) > 1:
        raise InputError(f"{where} has blocks of {counts[0]} and {counts[-1]} events, wanted one")
    if not counts[0]:
        raise InputError(f"{where} has no events, wanted at least one")
    order = _order(blocks, axis, where)
    types = ", ".join(dict.fromkeys(block.dtype.name for block in blocks))
    filters = [name for block in blocks for name in safe_filters(block.values, path)]
    layout = Layout(kind, counts[0], width, types, tuple(dict.fromkeys(filters)))
    if len(blocks) == 1 and order == list(range(width)):
        return layout, blocks[0].rows

    def rows(start: int, stop: int) -> NDArray[np.floating]:
        parts = [block.rows(start, stop).astype(np.float64) for block in blocks]
        return np.concatenate(parts, axis=1)[:, order]

    return layout, rows


def _order(blocks: Sequence[_Block], axis: tuple[str, ...] | None, where: str) -> list[int]:
    """Where among the blocks' columns each one of a row is: particles in order, then the label."""
    if any(block.names is None for block in blocks):
        return _by_structure(blocks, where)
    names = [name for block in blocks for name in block.names or ()]
    places = list(range(len(names)))
    if len(set(names)) != len(names):
        raise InputError(f"{where} names a column twice, wanted each once")
    if axis is not None and sorted(axis) == sorted(names):
        at = {name: place for place, name in enumerate(names)}
        places = [at[name] for name in axis]
    if (numbered := _by_number(names, places)) is not None:
        return numbered
    labels = [place for place in places if names[place].lower() in LABEL_NAMES]
    if len(names) == VALUES or len(labels) != 1:
        return places
    rest = [place for place in places if place != labels[0]]
    return [*(_by_number(names, rest) or rest), *labels]


def _by_number(names: Sequence[str], places: Sequence[int]) -> list[int] | None:
    """The places in the order of the columns' numbers, if they are called 0, 1, 2 and so on."""
    numbers = {int(names[p]): p for p in places if re.fullmatch(r"\d{1,6}", names[p])}
    whole = len(numbers) == len(places) and all(n in numbers for n in range(len(places)))
    return [numbers[n] for n in range(len(places))] if whole else None


def _by_structure(blocks: Sequence[_Block], where: str) -> list[int]:
    """The same where not all names can be read: a block of particles, and one of the label."""
    widths = [block.width for block in blocks]
    starts = [sum(widths[:i]) for i in range(len(widths))]
    if len(widths) == 1:
        return list(range(widths[0]))
    if sorted(widths) != [1, VALUES]:
        raise InputError(
            f"{where} has several blocks of columns whose names pandas pickled, which are never"
            " read; wanted numbers as names: df.columns = range(len(df.columns))"
        )
    particles, label = widths.index(VALUES), widths.index(1)
    places = list(range(starts[particles], starts[particles] + VALUES))
    named = blocks[particles].names
    if named is not None:
        inner = _by_number(named, range(VALUES)) or range(VALUES)
        places = [starts[particles] + place for place in inner]
    return [*places, starts[label]]


def _names(group: h5py.Group, name: str, path: Path) -> tuple[str, ...] | None:
    """What an array of names says; None where there is none, or where pandas pickled it."""
    import h5py

    if not group.id.links.exists(name.encode()):
        return None
    items = member(group, name, h5py.Dataset, path)
    if items.dtype.kind not in "Siu" or items.ndim != 1 or len(items) > WIDTHS[1] * 2:
        return None
    safe_filters(items, path)
    texts = items[:].tolist()
    return tuple(t.decode(errors="replace") if isinstance(t, bytes) else str(t) for t in texts)


def _listed(values: h5py.Dataset, name: str) -> tuple[str, ...] | None:
    """The names that an attribute of a table lists, if it is a list of numbers and words."""
    if name not in values.attrs or values.attrs.get_id(name).dtype.kind not in "SV":
        return None
    said = bytes(values.attrs[name])
    if not PICKLED.fullmatch(said):
        return None
    entries = ENTRY.findall(said)
    return tuple((number or word.strip(b"'")).decode(errors="replace") for number, word in entries)
