"""Which layout a foreign file has, and so which reader reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from bench import InputError, RequestError
from bench_lhco.imported.readers.blocks import read_blocks
from bench_lhco.imported.readers.entries import (
    known_entries,
    read_jetnet,
    read_omnilearned,
)
from bench_lhco.imported.readers.hdf5 import hdf5_layout, is_official_key
from bench_lhco.imported.readers.lists import has_lists, read_lists
from bench_lhco.imported.readers.parquet import is_parquet, opened_parquet
from bench_lhco.imported.readers.rows import read_array, read_official
from bench_lhco.imported.readers.tables import read_table
from bench_lhco.imported.readers.weaver import is_weaver, read_weaver
from bench_lhco.imported.stream import Foreign, Head, Slice

Reader = Callable[[Foreign], Iterator[Head | Slice]]
"""Gives the head of a file, then its slices; raises InputError where something is wrong with it."""

LAYOUTS: Mapping[str, Reader] = MappingProxyType(
    {
        "array": read_array,
        "fixed": read_official,
        "table": read_official,
        "particles": read_lists,
        "weaver": read_weaver,
        "jetnet": read_jetnet,
        "omnilearned": read_omnilearned,
        "features": read_blocks,
        "csv": read_table,
    }
)
"""By the name that `--layout` takes."""
OFFICIAL = ("fixed", "table")
KEYED = ("array", "features", "particles", "weaver")
"""Layouts in which a key says where the events are."""
NAMED = ("particles", "weaver", "features", "csv")
"""Layouts whose columns have names."""


def read(_: Path, foreign: Foreign) -> Iterator[Head | Slice]:
    """The head of a file in any of the layouts, then its slices.

    Raises:
        InputError: what is wrong with the file.
        RequestError: what only other layouts have.
    """
    if not foreign.file.is_file():
        raise InputError(f"{foreign.file}: no such file, wanted events in one of: {_choice()}")
    layout = foreign.layout or _recognised(foreign)
    _demand_use(foreign, layout)
    yield from LAYOUTS[layout](foreign)


def _demand_use(foreign: Foreign, layout: str) -> None:
    """Refuse what would be ignored."""
    where = f"{foreign.file} is read as {layout}"
    official = layout in OFFICIAL and is_official_key(foreign.key or "")
    if foreign.key is not None and layout not in KEYED and not official:
        raise RequestError(f"--key {foreign.key}: {where}, wanted no key")
    names = [f"--without-column {name}" for name in foreign.without]
    names += [] if foreign.label is None else [f"--label-column {foreign.label}"]
    names += [] if foreign.split is None else [f"--split-column {foreign.split}"]
    if names and layout not in NAMED:
        raise RequestError(f"{names[0]}: {where}, whose columns have no names")


def _recognised(foreign: Foreign) -> str:
    import h5py

    if h5py.is_hdf5(foreign.file):
        return known_entries(foreign) or hdf5_layout(foreign)
    if is_parquet(foreign.file):
        return _of_columns(foreign)
    with foreign.file.open("rb") as stream:
        start = stream.read(4096)
    if not start.strip() or b"\0" in start:
        raise InputError(
            f"{foreign.file}: neither HDF5, Parquet nor CSV, wanted one of: {_choice()}"
        )
    return "csv"


def _of_columns(foreign: Foreign) -> str:
    """The layout of a file of columns: lists of particles, or a number each."""
    if not has_lists(foreign):
        return "csv"
    with opened_parquet(foreign.file) as file:
        return "weaver" if is_weaver(file.schema_arrow) else "particles"


def _choice() -> str:
    return ", ".join(LAYOUTS)
