"""Toy events: two sprays of particles back to back and a soft haze."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bench_lhco.events import Events
from bench_lhco.files import write
from bench_lhco.jets import LEADING, Jets


def sprays(n: int, seed: int = 0) -> np.ndarray:
    """So many events of 90 particles in the official layout: (n, 700, 3)."""
    rng = np.random.default_rng(seed)
    axis = rng.uniform(-np.pi, np.pi, (n, 1)) + np.where(np.arange(90) < 45, 0, np.pi)
    pt = rng.exponential(40, (n, 90)) + 0.1
    eta = rng.normal(0.4, 0.3, (n, 90))
    phi = axis + rng.normal(0, 0.3, (n, 90))
    pt[:, 80:], eta[:, 80:] = 1.0, rng.uniform(-4.9, 4.9, (n, 10))
    order = rng.permutation(90)
    events = np.zeros((n, 700, 3), dtype=np.float32)
    turned = np.remainder(phi + np.pi, 2 * np.pi) - np.pi
    events[:, :90] = np.stack([pt, eta, turned], axis=2)[:, order]
    return events


def spray_file(path: Path, n: int, seed: int = 0, labelled: bool = True) -> Events:
    """Such events in a file, every third one signal; without the label column if so wished."""
    events = Events(sprays(n, seed), (np.arange(n) % 3 == 0).astype(np.int8))
    write(path, events)
    if not labelled:
        unlabelled(path)
    return events


def unlabelled(path: Path) -> None:
    """Take away the label column of a file."""
    import h5py
    import hdf5plugin  # noqa: F401

    with h5py.File(path) as file:
        values = file["df/block0_values"][:, :2100]
    with h5py.File(path, "w") as file:
        file["df/block0_values"] = values


def spoil(path: Path, rows: list[int], value: float = np.nan) -> None:
    """Put a value in the place of the first pt of some events."""
    import h5py
    import hdf5plugin  # noqa: F401

    with h5py.File(path, "r+") as file:
        for row in rows:
            file["df/block0_values"][row, 0] = value


def constituents(jets: Jets, event: int, jet: int) -> np.ndarray:
    """The places of one jet's constituents among the flat particles: (k,)."""
    place = LEADING * event + jet
    return jets.members[jets.offsets[place] : jets.offsets[place + 1]]
