"""Files of top tagging as their authors' pandas wrote them, with jets that differ in prongs."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONSTITUENTS = 200
MOMENTA = [f"{q}_{i}" for i in range(CONSTITUENTS) for q in ("E", "PX", "PY", "PZ")]
FLOATS = [*MOMENTA, "truthE", "truthPX", "truthPY", "truthPZ"]
INTEGERS = ["ttv", "is_signal_new"]


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def jets(n: int, seed: int) -> dict[str, NDArray[np.generic]]:
    """The columns of n jets by their names: three prongs in signal, one in background."""
    rng = np.random.default_rng(seed)
    columns = {name: np.zeros(n, np.float32) for name in FLOATS}
    columns |= {"ttv": np.zeros(n, np.int64), "is_signal_new": np.arange(n) % 2}
    for jet in range(n):
        prongs = 3 if columns["is_signal_new"][jet] else 1
        axes = rng.normal(0, 0.25 if prongs == 3 else 0.0, (prongs, 2)) + rng.uniform(-1, 1, 2)
        of = rng.integers(prongs, size=int(rng.integers(12, CONSTITUENTS)))
        eta, phi = (axes[of] + rng.normal(0, rng.uniform(0.02, 0.2), (len(of), 2))).T
        pt = np.sort(rng.exponential(size=len(of)))[::-1]
        pt *= rng.uniform(555, 645) / np.hypot((pt * np.cos(phi)).sum(), (pt * np.sin(phi)).sum())
        momentum = {"E": np.cosh(eta), "PX": np.cos(phi), "PY": np.sin(phi), "PZ": np.sinh(eta)}
        for quantity, factor in momentum.items():
            for i, value in enumerate(pt * factor):
                columns[f"{quantity}_{i}"][jet] = value
    return columns


def write_frame(file: Path, columns: dict[str, NDArray[np.generic]], trap: Path) -> Path:
    """A frame in pandas' format of tables, where the names of columns are pickled."""
    blocks = {"values_block_0": FLOATS, "values_block_1": INTEGERS}
    rows = len(columns["ttv"])
    stacked = {
        block: np.stack([columns[name] for name in names if name in columns], axis=1)
        for block, names in blocks.items()
    }
    fields = [(block, values.dtype, values.shape[1:]) for block, values in stacked.items()]
    table = np.zeros(rows, [("index", "<i8"), *fields])
    table["index"] = np.arange(rows)
    for block, values in stacked.items():
        table[block] = values
    with h5py.File(file, "w") as out:
        dataset = out.create_dataset(
            "table/table", data=table, maxshape=(None,), compression="gzip"
        )
        group = out["table"]
        group.attrs["CLASS"], group.attrs["pandas_type"] = np.bytes_("GROUP"), "frame_table"
        group.attrs["non_index_axes"] = np.void(pickle.dumps([(1, Trap(trap))]))
        for block in blocks:
            dataset.attrs[f"{block}_kind"] = np.void(pickle.dumps(Trap(trap)))
    return file


def momentum(columns: dict[str, NDArray[np.generic]]) -> NDArray[np.float64]:
    """E, px, py, pz of each jet: (4, n)."""
    return np.stack(
        [
            sum(columns[f"{quantity}_{i}"].astype(np.float64) for i in range(CONSTITUENTS))
            for quantity in ("E", "PX", "PY", "PZ")
        ]
    )
