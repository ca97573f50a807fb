"""Which layout a foreign file has, and so which reader reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from bench import InputError, RequestError
from bench_lhco.imported.readers.arrays import layout_of_arrays
from bench_lhco.imported.readers.blocks import read_blocks
from bench_lhco.imported.readers.candidates import is_list
from bench_lhco.imported.readers.entries import known_entries, read_jetnet, read_omnilearned
from bench_lhco.imported.readers.frames import FRAME, hdf5_layout
from bench_lhco.imported.readers.hdf5 import is_hdf5
from bench_lhco.imported.readers.lists import read_lists
from bench_lhco.imported.readers.npy import is_npy, is_npz
from bench_lhco.imported.readers.packed import unpacked
from bench_lhco.imported.readers.padded import read_padded
from bench_lhco.imported.readers.parquet import is_parquet
from bench_lhco.imported.readers.root import is_root
from bench_lhco.imported.readers.rows import read_array, read_official
from bench_lhco.imported.readers.sources import opened_columns
from bench_lhco.imported.readers.tables import read_table
from bench_lhco.imported.readers.weaver import is_weaver, read_weaver
from bench_lhco.imported.readers.wide import is_wide, read_wide
from bench_lhco.imported.stream import Foreign, Head, Slice

Reader = Callable[[Foreign], Iterator[Head | Slice]]
"""Gives the head of a file, then its slices; raises InputError where something is wrong with it."""

LAYOUTS: Mapping[str, Reader] = MappingProxyType(
    {
        "array": read_array,
        "fixed": read_official,
        "table": read_official,
        "padded": read_padded,
        "particles": read_lists,
        "weaver": read_weaver,
        "jetnet": read_jetnet,
        "omnilearned": read_omnilearned,
        "wide": read_wide,
        "features": read_blocks,
        "columns": read_table,
        "csv": read_table,
    }
)
"""By the name that `--layout` takes; csv is what columns were called first."""
OFFICIAL = ("fixed", "table")
KEYED = ("array", "padded", "features", "particles", "weaver")
"""Layouts in which a key says where the events are, whatever the file."""
ENTRIES = ("jetnet", "omnilearned")
NAMELESS = (*OFFICIAL, *ENTRIES)
"""Layouts in which nothing has a name."""


def read(_: Path, foreign: Foreign) -> Iterator[Head | Slice]:
    """The head of a file in any of the layouts, then its slices.

    Raises:
        InputError: what is wrong with the file.
        RequestError: what only other layouts have.
    """
    if not foreign.file.is_file():
        stem, colon, tree = str(foreign.file).rpartition(":")
        if colon and Path(stem).is_file():
            raise InputError(f"{foreign.file}: no such file; wanted {stem} --tree {tree}")
        raise InputError(f"{foreign.file}: no such file, wanted events in one of: {_choice()}")
    layout = foreign.layout or _recognised(foreign)
    _demand_use(foreign, layout)
    yield from LAYOUTS[layout](foreign)


def _demand_use(foreign: Foreign, layout: str) -> None:
    """Refuse what would be ignored."""
    file = foreign.file
    where = f"{file} is read as {layout}"
    if foreign.tree is not None and not is_root(file):
        raise RequestError(f"--tree {foreign.tree}: {file} is no ROOT file")
    keyed = layout in KEYED or is_hdf5(file) or is_npz(file)
    if foreign.key is not None and (layout in ENTRIES or not keyed):
        raise RequestError(f"--key {foreign.key}: {where}, wanted no key")
    named = layout in (*NAMELESS, "features") or is_parquet(file) or is_root(file)
    if foreign.columns and named:
        raise RequestError(f"--columns: {where}, which says itself what its columns are")
    names = [f"--without-column {name}" for name in foreign.without]
    names += [] if foreign.label is None else [f"--label-column {foreign.label}"]
    names += [] if foreign.split is None else [f"--split-column {foreign.split}"]
    if names and layout in NAMELESS:
        raise RequestError(f"{names[0]}: {where}, whose columns have no names")


def _recognised(foreign: Foreign) -> str:
    file = foreign.file
    if is_hdf5(file):
        layout = known_entries(foreign) or hdf5_layout(foreign)
        return _of_columns(foreign) if layout == FRAME else layout
    if is_npy(file) or is_npz(file):
        return layout_of_arrays(foreign)
    if is_parquet(file) or is_root(file):
        return _of_columns(foreign)
    with unpacked(file) as stream:
        start = stream.read(4096)
    if not start.strip() or b"\0" in start:
        raise InputError(
            f"{file}: neither HDF5, Parquet, ROOT, NumPy nor text, wanted one of: {_choice()}"
        )
    return _of_columns(foreign)


def _of_columns(foreign: Foreign) -> str:
    """The layout of a file of columns: lists of particles, a column each of them, or features."""
    with opened_columns(foreign) as columns:
        fields = [field for field in columns.schema if field.name not in foreign.without]
        if any(is_list(field.type) for field in fields):
            return "weaver" if is_weaver(columns.schema) else "particles"
        return "wide" if is_wide([field.name for field in fields]) else "columns"


def _choice() -> str:
    return ", ".join(name for name in LAYOUTS if name != "csv")
