"""What HDF5 keeps values in, and the refusal of what it would be unwise to read."""

from __future__ import annotations

from collections.abc import Callable
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
