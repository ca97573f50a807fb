"""Small files in the layouts that people have, all of the same events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

N = 60
LABELS = np.arange(N) % 2


def particles(n: int = N, seed: int = 1) -> list[np.ndarray]:
    """Events of two jets back to back, those of odd numbers wider: (m, 3) float32 each."""
    rng = np.random.default_rng(seed)
    events = []
    for event in range(n):
        phi, parts = rng.uniform(-np.pi, np.pi), []
        for turn in (0.0, np.pi):
            m = int(rng.integers(15, 30))
            pt = rng.exponential(1, m)
            pt *= rng.normal(1500, 100) / pt.sum()
            width = rng.uniform(0.15, 0.35) + 0.05 * (event % 2)
            spread = rng.normal(0, width, (2, m))
            around = (phi + turn + spread[1] + np.pi) % (2 * np.pi) - np.pi
            parts.append(np.stack([pt, rng.normal(0, 0.5) + spread[0], around], axis=1))
        events.append(np.concatenate(parts).astype(np.float32))
    return events


def rows(events: list[np.ndarray], labels: np.ndarray | None = LABELS) -> np.ndarray:
    """The same in rows of the official form."""
    table = np.zeros((len(events), 2100))
    for row, event in zip(table, events, strict=True):
        row[: event.size] = event.ravel()
    return table if labels is None else np.column_stack([table, labels])


def lists(events: list[np.ndarray], names: tuple[str, ...] = ("pt", "eta", "phi")) -> dict:
    """The same as Arrow lists by name."""
    ends = np.cumsum([0, *map(len, events)])
    flat = np.concatenate(events)
    return {
        name: pa.ListArray.from_arrays(ends, pa.array(flat[:, i])) for i, name in enumerate(names)
    }


def array(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f.create_dataset("deep/down/events", data=rows(particles()), compression="gzip")
        f["numbers"] = np.arange(3)


def fixed(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f["df/block0_values"] = rows(particles())


def table(path: Path) -> None:
    kind = np.dtype([("index", "<i8"), ("values_block_0", "<f8", (2101,))])
    structured = np.zeros(N, kind)
    structured["values_block_0"] = rows(particles())
    with h5py.File(path, "w") as f:
        f["df/table"] = structured


def parquet(path: Path) -> None:
    names = ("part_pt", "part_eta", "part_phi")
    jets = {"jet_pt": pa.array(np.ones(N))}
    pq.write_table(pa.table({**lists(particles(), names), **jets, "label": LABELS}), path)


def awkward(path: Path) -> None:
    import awkward as ak

    columns = {name: ak.from_arrow(values) for name, values in lists(particles()).items()}
    ak.to_parquet(ak.Array({"particles": ak.zip(columns), "is_signal": LABELS == 1}), path)


PARTICLES: Mapping[str, Callable[[Path], None]] = {
    "array": array,
    "fixed": fixed,
    "table": table,
    "particles": parquet,
    "particles of awkward": awkward,
}
"""By the layout that they are."""

NAMES = [f"{c}j{j}" for j in (1, 2) for c in ("px", "py", "pz", "m", "tau1", "tau2", "tau3")]


def features(n: int = N, seed: int = 1) -> np.ndarray:
    """The published features, (n, 14), of jets that go apart; those of odd numbers are heavier."""
    rng = np.random.default_rng(seed)
    p = rng.normal(0, 1000, (n, 3))
    m = rng.exponential(80, (2, n)) + 60 * (np.arange(n) % 2)
    tau = np.sort(rng.uniform(0.01, 0.5, (2, n, 3)))[..., ::-1]
    jets = [np.column_stack([sign * p, m[i], tau[i]]) for i, sign in enumerate((1, -1))]
    return np.concatenate(jets, axis=1)


def blocks(path: Path, values: np.ndarray | None = None) -> None:
    """As pandas writes a frame of two types, in two blocks."""
    x = features() if values is None else values
    with h5py.File(path, "w") as f:
        f["df/axis0"] = np.array([*NAMES, "label"], dtype="S8")
        f["df/axis1"] = np.arange(len(x))
        f["df/block0_items"] = np.array(NAMES, dtype="S8")
        f["df/block0_values"] = x
        f["df/block1_items"] = np.array(["label"], dtype="S8")
        f["df/block1_values"] = LABELS[: len(x), np.newaxis]


def text(path: Path, sep: str = ",") -> None:
    import pandas as pd

    pd.DataFrame(features(), columns=NAMES).assign(label=LABELS).to_csv(path, sep=sep)


def flat(path: Path) -> None:
    columns = dict(zip(NAMES, features().T, strict=True))
    pq.write_table(pa.table({**columns, "label": LABELS}), path)


FEATURES: Mapping[str, Callable[[Path], None]] = {
    "features": blocks,
    "columns": text,
    "columns in Parquet": flat,
}
