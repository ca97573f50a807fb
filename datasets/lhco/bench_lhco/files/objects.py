"""What lies in an HDF5 file: its groups and datasets, and which of them hold sets of events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench import InputError
from bench_lhco.files.layout import FIELD, TABLE
from bench_lhco.files.pandas_rows import AXIS, BLOCKS, WIDTHS

if TYPE_CHECKING:
    import h5py

MOST = 1000
"""Objects of a file that are looked at."""
SHOWN = 5


def objects(file: h5py.File) -> Iterator[h5py.Group | h5py.Dataset]:
    """The groups and datasets of a file, each once; only those behind hard links."""
    import h5py

    seen, waiting = set(), [file["/"]]
    while waiting:
        group = waiting.pop()
        for name in group.id:  # as bytes, whatever they are
            if group.id.links.get_info(name).type != h5py.h5l.TYPE_HARD:
                continue
            item = group[name]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen or not isinstance(item, h5py.Group | h5py.Dataset):
                continue
            seen.add(address)
            if len(seen) > MOST:
                raise InputError(
                    f"{file.filename}: more than {MOST} objects, wanted --key to say which it is"
                )
            if isinstance(item, h5py.Group):
                waiting.append(item)
            yield item


def has(group: h5py.Group, name: str) -> bool:
    """Whether a group has such a member behind a hard link."""
    import h5py

    links, key = group.id.links, name.encode()
    return bool(links.exists(key) and links.get_info(key).type == h5py.h5l.TYPE_HARD)


def event_frame(item: h5py.HLObject) -> tuple[int, ...] | None:
    """The shape of the rows of a pandas frame of 2100 or 2101 columns; None for anything else."""
    import h5py

    if not isinstance(item, h5py.Group):
        return None
    if has(item, TABLE) and isinstance(table := item[TABLE], h5py.Dataset):
        fields = [name for name in table.dtype.names or () if name.startswith(FIELD[:-1])]
        shapes = [table.dtype[name].shape for name in fields]
        width = sum(shape[0] for shape in shapes if len(shape) == 1)
        return (*table.shape, width) if width in WIDTHS and table.ndim == 1 else None
    width, events = 0, 0
    for number in range(BLOCKS):
        if not has(item, name := f"block{number}_values"):
            break
        shape: tuple[int, ...] = getattr(item[name], "shape", None) or ()
        width += shape[1] if len(shape) == 2 else 1
        events = max(events, sum(shape[:1]))
    return (events, width) if width in WIDTHS else None


def event_sets(file: h5py.File) -> dict[str, tuple[int, ...]]:
    """The frames and plain arrays of a file that hold events in rows, each with its shape."""
    import h5py

    every = list(objects(file))
    frames = {item.name: shape for item in every if (shape := event_frame(item)) is not None}
    arrays = {
        item.name: item.shape
        for item in every
        if isinstance(item, h5py.Dataset)
        and item.ndim == 2
        and item.shape[1] in WIDTHS
        and item.dtype.kind == "f"
        and not (item.parent.name in frames or has(item.parent, AXIS))
    }
    return frames | arrays


def demand_one_set(file: h5py.File) -> None:
    """Refuse a file with several sets of events where nobody says which one is meant.

    Raises:
        InputError: there are several.
    """
    held = event_sets(file)
    if len(held) > 1:
        listed = ", ".join(f"{name} {shape}" for name, shape in list(held.items())[:SHOWN])
        more = f" and {len(held) - SHOWN} more" if len(held) > SHOWN else ""
        raise InputError(
            f"{file.filename}: wanted one array of events, say by --key which one; there is"
            f" {listed}{more}"
        )


def others(file: h5py.File, used: str) -> list[str]:
    """What else a file holds beside a frame or an array: frames, series and arrays, by name."""
    import h5py

    beside: dict[str, None] = {}
    for item in objects(file):
        if not isinstance(item, h5py.Dataset) or f"{item.name}/".startswith(f"{used}/"):
            continue
        group = item.parent
        while group.name != "/" and "pandas_type" not in group.attrs:
            group = group.parent
        holder = item.name if group.name == "/" else group.name
        if holder != used and not used.startswith(f"{holder}/"):
            beside[holder] = None
    return list(beside)


def left_out(names: list[str]) -> tuple[str, ...]:
    """A line about what a file holds that is not read, if there is anything."""
    if not names:
        return ()
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return (f"left out of the file: {', '.join(names[:SHOWN])}{more}; --key says what is read",)
