"""Finds the events in an HDF5 file and refuses a layout that it would be unwise to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bench import InputError
from bench_lhco.events import MAX_PARTICLES
from bench_lhco.state import state_of

if TYPE_CHECKING:
    import h5py
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

VALUES = 3 * MAX_PARTICLES
"""Columns of particles; one more where there is a label."""
GROUP = "df"
FIXED = "block0_values"
TABLE = "table"
FIELD = "values_block_0"
FILTERS = {
    1: "gzip",
    2: "shuffle",
    3: "fletcher32",
    32000: "lzf",
    32001: "blosc",
    32026: "blosc2",
}
"""The filters that may be undone, by their registered number."""
MAX_RATIO = 1000
"""Declared bytes for each stored one."""
MAX_CHUNK = 64 * 2**20  # bytes
MAX_BAND = 128 * 2**20  # bytes
"""All chunks that an event lies in, which are unpacked to read it."""
LEAST = 2**20
"""Bytes up to which it does not matter whether a file has holes."""

Rows = Callable[[int, int], "NDArray[np.floating]"]
"""Gives the rows from `start` to `stop`: (stop - start, width)."""


@dataclass(frozen=True)
class Layout:
    """How a file holds its events."""

    kind: str
    """`fixed` or `table`, as pandas calls them."""
    events: int
    width: int
    """2100 without a label column, 2101 with it."""
    dtype: str
    filters: tuple[str, ...]

    @property
    def labelled(self) -> bool:
        """Whether the file has a label column."""
        return self.width > VALUES


@contextmanager
def opened(path: Path) -> Iterator[tuple[Layout, Rows]]:
    """The layout of a file, and its rows while it is open.

    Raises:
        InputError: not such a file, or not one that can be read safely.
    """
    file = open_hdf5(path)
    with file:
        layout, rows = guarded(path, lambda: _find(file, path))
        yield layout, rows


def read_layout(path: Path) -> Layout:
    """The layout of a file; its values are not read.

    Raises:
        InputError: not such a file, or not one that can be read safely.
    """
    with opened(path) as (layout, _):
        return layout


def open_hdf5(path: Path) -> h5py.File:
    """An HDF5 file opened for reading.

    Raises:
        InputError: missing, empty, truncated or no HDF5 file.
    """
    import h5py
    import hdf5plugin  # noqa: F401  its import registers blosc

    size, *_ = state_of(path)
    if not size:
        raise InputError(f"{path}: the file is empty, wanted an HDF5 file of events")

    def open_it() -> h5py.File:
        if not h5py.is_hdf5(path):
            raise InputError(f"{path}: not an HDF5 file, wanted an HDF5 file of events")
        return h5py.File(path, "r", locking="best-effort")

    return guarded(path, open_it)


def first_line(error: BaseException) -> str:
    """What an error says, in one line."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def guarded(path: Path, action: Callable[[], T]) -> T:
    """The action's result; what a damaged file makes h5py raise becomes an InputError."""
    try:
        return action()
    except (OSError, KeyError, RuntimeError, TypeError, ValueError, OverflowError) as e:
        raise InputError(f"{path}: damaged or not readable as HDF5 ({first_line(e)})") from e


def _find(file: h5py.File, path: Path) -> tuple[Layout, Rows]:
    import h5py

    group = member(file, GROUP, h5py.Group, path)
    links = group.id.links
    if links.exists(FIXED.encode()):
        if links.exists(b"block1_values"):
            raise InputError(f"{path}: /{GROUP} has several blocks of columns, wanted one")
        values = member(group, FIXED, h5py.Dataset, path)
        return fixed_layout(values, path)
    if links.exists(TABLE.encode()):
        values = member(group, TABLE, h5py.Dataset, path)
        return _table(values, path)
    raise InputError(f"{path}: /{GROUP} has neither {FIXED} nor {TABLE}, wanted one of the two")


def member(parent: h5py.Group, name: str, kind: type[T], path: Path) -> T:
    """A member behind a hard link; asked in a way that follows no other link."""
    import h5py

    where = f"{parent.name.rstrip('/')}/{name}"
    links = parent.id.links
    if not links.exists(name.encode()):
        raise InputError(f"{path}: there is no {where}, wanted LHCO events as pandas stores them")
    if links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
        raise InputError(f"{path}: {where} is a soft or external link, wanted a hard link")
    child = parent[name]
    if not isinstance(child, kind):
        raise InputError(f"{path}: {where} is no {kind.__name__.lower()}, wanted one")
    return child


def fixed_layout(values: h5py.Dataset, path: Path) -> tuple[Layout, Rows]:
    """The layout of a plain array of events, and its rows while the file is open."""
    if values.ndim != 2:
        raise InputError(f"{path}: {values.name} has shape {values.shape}, wanted (events, 2101)")
    events, width = values.shape
    _demand_suiting(events, width, values.dtype, f"{path}: {values.name}")
    layout = Layout("fixed", events, width, values.dtype.name, safe_filters(values, path))
    return layout, reading(values, path)


def _table(values: h5py.Dataset, path: Path) -> tuple[Layout, Rows]:
    names = values.dtype.names or ()
    blocks = [name for name in names if name.startswith("values_block_")]
    if values.ndim != 1 or blocks != [FIELD] or values.dtype[FIELD].subdtype is None:
        raise InputError(f"{path}: {values.name} is no table with all its columns in {FIELD}")
    dtype, shape = values.dtype[FIELD].subdtype
    width = shape[0] if len(shape) == 1 else 0
    _demand_suiting(len(values), width, dtype, f"{path}: {values.name} {FIELD}")
    layout = Layout("table", len(values), width, dtype.name, safe_filters(values, path))
    return layout, reading(values.fields(FIELD), path)


def _demand_suiting(events: int, width: int, dtype: np.dtype[np.generic], where: str) -> None:
    if width not in (VALUES, VALUES + 1):
        raise InputError(
            f"{where} has {width} columns, wanted {VALUES} (particles)"
            f" or {VALUES + 1} (particles and a label)"
        )
    if dtype.kind != "f" or dtype.itemsize not in (4, 8):
        raise InputError(f"{where} holds {dtype!s:.40}, wanted float32 or float64")
    if not events:
        raise InputError(f"{where} has no events, wanted at least one")


def safe_filters(values: h5py.Dataset, path: Path) -> tuple[str, ...]:
    """The names of the dataset's filters, if its storage is safe to read."""
    where = f"{path}: {values.name}"
    if values.is_virtual or values.external:
        raise InputError(f"{where} keeps its values in other files, wanted them in this one")
    settings = values.id.get_create_plist()
    filters = [settings.get_filter(i)[0] for i in range(settings.get_nfilters())]
    if unknown := [number for number in filters if number not in FILTERS]:
        allowed = ", ".join(FILTERS.values())
        raise InputError(f"{where} is packed with HDF5 filter {unknown[0]}, wanted only {allowed}")
    _demand_small_chunks(values, where)
    declared = prod(values.shape) * values.dtype.itemsize
    stored = min(values.id.get_storage_size(), _held(path))
    if declared > MAX_RATIO * stored:
        raise InputError(
            f"{where} declares {declared} bytes and stores {stored},"
            f" wanted at most {MAX_RATIO} times as many"
        )
    return tuple(FILTERS[number] for number in filters)


def _demand_small_chunks(values: h5py.Dataset, where: str) -> None:
    if not values.chunks:
        return
    chunk = prod(values.chunks) * values.dtype.itemsize
    if chunk > MAX_CHUNK:
        raise InputError(f"{where} has chunks of {chunk} bytes, wanted at most {MAX_CHUNK}")
    band = values.chunks[0] * prod(values.shape[1:]) * values.dtype.itemsize
    if band > MAX_BAND:
        raise InputError(
            f"{where} has chunks such that {band} bytes are read for one event,"
            f" wanted at most {MAX_BAND}"
        )


def _held(path: Path) -> int:
    """The bytes that a file takes, of which its holes are none."""
    state = path.stat()
    on_disk = state.st_blocks * 512  # 0 where the file system does not say, late where it packs
    return min(state.st_size, max(on_disk, LEAST)) if on_disk else state.st_size


def reading(values: h5py.Dataset, path: Path) -> Rows:
    """The rows of what an HDF5 dataset holds; damage becomes an InputError."""

    def rows(start: int, stop: int) -> NDArray[np.floating]:
        try:
            block: NDArray[np.floating] = values[start:stop]
        except (OSError, RuntimeError, ValueError) as e:
            raise InputError(
                f"{path}: events {start} to {stop} are damaged or cut off ({first_line(e)})"
            ) from e
        return block

    return rows
