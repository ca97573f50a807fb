"""The reference's files: a frame of pandas in HDF5, read and written without what pandas pickles.

The names of its columns are pickled and therefore not read; their order is the reference's: E, PX,
PY, PZ of each constituent, then truthE, truthPX, truthPY, truthPZ in one block of floats; ttv and
is_signal_new in one of integers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import h5py
    import numpy as np
    from numpy.typing import NDArray

KEY = "table/table"
FLOATS, INTEGERS = "values_block_0", "values_block_1"
MAX_CONSTITUENTS = 200
TTV = (bench.Split.TRAIN, bench.Split.VALID, bench.Split.TEST)
"""What 0, 1 and 2 of the column ttv say."""
BLOCK = 20_000
"""Jets that are read at once."""


@dataclass(frozen=True, eq=False)
class Jets:
    """Some jets of a file."""

    momenta: NDArray[np.float32]  # (n, k, 4), E, px, py, pz in GeV, padded with zeros
    ttv: NDArray[np.int64]  # (n,)
    y: NDArray[np.int64]  # (n,), 1 top quark, 0 other


def read(file: Path) -> Iterator[Jets]:
    """The jets of a file, block by block.

    Raises:
        InputError: what is wrong with the file, in one line.
    """
    first = 0
    with _opened(file) as rows:
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            flat = block[FLOATS][:, :-4].astype("float32")
            ttv, y = block[INTEGERS].T
            jets = Jets(flat.reshape(len(flat), -1, 4), ttv, y)
            _demand_sound(file, jets, first)
            first += len(flat)
            yield jets
    if not first:
        raise bench.InputError(f"{file}: no jets")


def write(file: Path, blocks: Iterator[Jets]) -> None:
    """Write jets as a file of this layout; the top quark's own momentum is left at zero."""
    import h5py
    import numpy as np

    integers = (INTEGERS, "<i8", (2,))
    floats = (FLOATS, "<f4", (4 * MAX_CONSTITUENTS + 4,))
    kind = np.dtype([("index", "<i8"), floats, integers])
    with h5py.File(file, "w") as out:
        rows = out.create_dataset(KEY, (0,), kind, maxshape=(None,), chunks=(64,), compression=1)
        for jets in blocks:
            start, flat = len(rows), jets.momenta.reshape(len(jets.y), -1)
            block = np.zeros(len(flat), kind)
            block["index"] = np.arange(start, start + len(flat))
            block[FLOATS][:, : flat.shape[1]] = flat
            block[INTEGERS] = np.stack([jets.ttv, jets.y], axis=1)
            rows.resize(start + len(flat), axis=0)
            rows[start:] = block


@contextmanager
def _opened(file: Path) -> Iterator[h5py.Dataset]:
    """The rows of a file, which has the reference's layout."""
    import h5py

    try:
        with h5py.File(file, "r") as source:
            rows = source.get(KEY)
            if not isinstance(rows, h5py.Dataset):
                raise bench.InputError(f"{file}: no table {KEY}, wanted a frame of top tagging")
            _demand_layout(file, rows)
            yield rows
    except OSError as error:
        why = str(error).splitlines()[0] if file.is_file() else "no such file"
        raise bench.InputError(f"{file}: {why}, wanted an HDF5 file of top tagging") from error


def _demand_layout(file: Path, rows: h5py.Dataset) -> None:
    fields = {name: rows.dtype[name] for name in rows.dtype.names or ()}
    floats, integers = fields.get(FLOATS), fields.get(INTEGERS)
    if floats is None or floats.base.kind != "f" or integers is None or integers.base.kind != "i":
        wanted = f"floats in {FLOATS} and integers in {INTEGERS}"
        raise bench.InputError(f"{file}: {KEY} has the fields {', '.join(fields)}, wanted {wanted}")
    (width,), most = floats.shape or (0,), 4 * MAX_CONSTITUENTS + 4
    if width % 4 or not 8 <= width <= most:
        wanted = f"four for each constituent and for the top quark, {most} at most"
        raise bench.InputError(f"{file}: {width} columns of momenta, wanted {wanted}")
    if integers.shape != (2,):
        raise bench.InputError(f"{file}: wanted two columns in {INTEGERS}, ttv and is_signal_new")


def _demand_sound(file: Path, jets: Jets, first: int) -> None:
    """Refuse what is no momentum, no label or no part; jets are counted from 1."""
    import numpy as np

    energy = jets.momenta[..., 0]
    bad = {
        "has a momentum that is not finite": ~np.isfinite(jets.momenta).all(axis=(1, 2)),
        "has a negative energy": (energy < 0).any(axis=1),
        "has no constituents": (energy == 0).all(axis=1),
        "has a label other than 0 and 1": ~np.isin(jets.y, (0, 1)),
        "has a ttv other than 0, 1 and 2": ~np.isin(jets.ttv, range(len(TTV))),
    }
    for problem, rows in bad.items():
        for row in np.flatnonzero(rows)[:1]:
            raise bench.InputError(f"{file}: jet {first + row + 1} {problem}")
