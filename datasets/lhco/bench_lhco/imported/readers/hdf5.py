"""Finds events in a foreign HDF5 file, wherever they are in it, and follows no link on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from bench_lhco.files.layout import FIXED, GROUP, TABLE, guarded, member, open_hdf5
from bench_lhco.files.objects import demand_one_set, event_frame, event_sets, has
from bench_lhco.imported.stream import Foreign
from bench_lhco.imported.units import stated_in

if TYPE_CHECKING:
    from pathlib import Path

    import h5py

T = TypeVar("T")

SECOND = "block1_values"
ITEMS = "block0_items"
INDEX = "index"
"""The field of a frame's table that numbers the events."""


@contextmanager
def searched(foreign: Foreign, search: Callable[[h5py.File], T]) -> Iterator[T]:
    """What a search finds in a file, while the file is open.

    Raises:
        InputError: no HDF5 file, a damaged one, or the search's own.
    """
    with open_hdf5(foreign.file) as file:
        yield guarded(foreign.file, lambda: search(file))


def is_hdf5(path: Path) -> bool:
    """Whether a file begins as HDF5 does."""
    import h5py

    return bool(h5py.is_hdf5(path))


def attributed(item: h5py.HLObject, names: Sequence[str]) -> dict[str, str]:
    """The units that attributes of a group or dataset say, or the file's own, by column.

    An attribute `units` or `unit` has one for all, one for each column, or JSON by name.
    """
    units: dict[str, str] = {}
    for holder in (item.file, item):
        for key in ("unit", "units"):
            if key in holder.attrs and holder.attrs.get_id(key).dtype.kind in "SO":
                said = holder.attrs[key]
                units |= stated_in(said.tolist() if hasattr(said, "tolist") else said, names)
    return units


def is_official_key(key: str) -> bool:
    """Whether a key is that of the official layouts."""
    return key.strip("/") == GROUP


def table_format(items: Iterable[h5py.HLObject]) -> str:
    """What to say of a frame in a format that is not read, if one of these is that."""
    import h5py

    for item in items:
        if isinstance(item, h5py.Group) and has(item, TABLE):
            return f'; {item.name} is in pandas\' format="table", wanted format="fixed"'
    return ""


def at(file: h5py.File, foreign: Foreign) -> h5py.HLObject:
    """What lies at the key, reached by hard links.

    Raises:
        InputError: there is nothing there, or a link on the way.
    """
    import h5py

    *groups, last = (foreign.key or "").strip("/").split("/")
    parent: h5py.Group = file
    for name in groups:
        parent = member(parent, name, h5py.Group, foreign.file)
    return member(parent, last, h5py.HLObject, foreign.file)


def is_frame(item: h5py.HLObject) -> bool:
    """Whether this is a pandas frame of features, which has too few columns for events."""
    import h5py

    if not isinstance(item, h5py.Group) or not (has(item, FIXED) and has(item, ITEMS)):
        return False
    return event_frame(item) is None


def frame_of_events(file: h5py.File, foreign: Foreign) -> str | None:
    """Where the frame of events is that the key says, or the only set of events, if it is one.

    Raises:
        InputError: several sets of events, and no key that says which.
    """
    import h5py

    if foreign.key is not None:
        item = at(file, foreign)
        return item.name if event_frame(item) is not None else None
    demand_one_set(file)
    group = file[GROUP] if has(file, GROUP) else None
    held = [name for name in event_sets(file) if event_frame(file[name]) is not None]
    if (
        group is None
        or held
        or is_frame(group)
        or (isinstance(group, h5py.Group) and has(group, TABLE))
    ):
        return held[0] if held else None
    return f"/{GROUP}"
