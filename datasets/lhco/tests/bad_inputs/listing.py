"""How a bad input is listed, and the sound events that it is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from bench_lhco.events import Events
from bench_lhco.files import write

WHERE = "df/block0_values"
KEY = "events_LHCO2020_BlackBox1.masterkey"


@dataclass(frozen=True)
class Bad:
    """One bad input."""

    make: Callable[[Path], object]
    """Writes it to this path, and what it needs beside it."""
    message: str
    """What the line matches."""
    dataset: str = "rd"
    dangerous: bool = False
    """Whether it may harm the process that opens it."""

    @property
    def name(self) -> str:
        return self.make.__name__


BAD: list[Bad] = []


def bad(
    message: str, dataset: str = "rd", *, dangerous: bool = False
) -> Callable[[Callable[[Path], object]], Callable[[Path], object]]:
    def listed(make: Callable[[Path], object]) -> Callable[[Path], object]:
        BAD.append(Bad(make, message, dataset, dangerous))
        return make

    return listed


def rows(n: int = 10) -> np.ndarray:
    """Sound events with a label, three particles each."""
    table = np.zeros((n, 2101))
    table[:, :9] = (120.0, 0.5, -1.0, 80.0, -0.5, 2.0, 3.0, 1.5, 3.1)
    table[:, 0] += np.arange(n)
    table[:, 2100] = np.arange(n) % 2
    return table


def stored(path: Path, data: np.ndarray, where: str = WHERE, **options: object) -> Path:
    with h5py.File(path, "w") as f:
        f.create_dataset(where, data=data, **options)
    return path


def official(path: Path, n: int = 10) -> Path:
    """A sound file of ours in the official layout."""
    data = rows(n)
    padded = data[:, :2100].astype(np.float32).reshape(n, 700, 3)
    write(path, Events(padded, data[:, 2100].astype(np.int8)), {"edition": "twin"})
    return path


def damaged(path: Path, offset: int) -> None:
    """Flip a bit so far into the second chunk."""
    with h5py.File(path) as f:
        start = f[WHERE].id.get_chunk_info(1).byte_offset
    data = bytearray(path.read_bytes())
    data[start + offset] ^= 1
    path.write_bytes(data)
