"""Events for JetNet: HDF5 with `particle_features` and `jet_features`, a file a class and split.

An entry is an event: its particles are the constituents of the two leading jets, their coordinates
and shares of pt are relative to the first jet, which `jet_features` describe. As JetNet reads it, a
file with room for more than 30 particles has 150 behind the class's name.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import bench
from bench_lhco.exported.entries import Entries, padded
from bench_lhco.exported.growing import GrowingFile

FOLDERS = {"train": "train", "valid": "valid", "evaluated": "test"}
"""By role."""
CLASSES = ("background", "signal")
"""By label."""
PARTICLES, JETS = "particle_features", "jet_features"
FEW = 30
"""Particles up to which a file's name says nothing of how many there is room for."""


class JetNetFiles:
    """Two files a role."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[tuple[str, int], GrowingFile] = {}

    def write(self, role: str, entries: Entries) -> None:
        """Add entries to the files of their classes."""
        values, real = padded(entries.relative(), entries.constituents.counts)
        particles = np.concatenate([values, real[..., np.newaxis]], axis=2).astype(np.float32)
        jets = entries.jet_columns()
        counts = entries.constituents.counts.astype(np.float32)
        features = np.stack([jets["jet_pt"], jets["jet_eta"], jets["jet_mass"], counts], axis=1)
        for label, name in enumerate(CLASSES):
            rows = np.flatnonzero(entries.labels == label)  # none makes an empty file, as is read
            file = self._file(role, label, name)
            file.append(PARTICLES, particles[rows])
            file.append(JETS, features[rows])
            file.append("jet_phi", jets["jet_phi"][rows])
            file.append_identity(entries, rows)

    def finish(self) -> list[bench.ExportedFile]:
        """Give all files the same room for particles, and the names that say it."""
        most = max(file.width(PARTICLES) for file in self._files.values())
        written = []
        for (role, _), file in sorted(self._files.items(), key=_in_order):
            file.widen(PARTICLES, most)
            file.describe(PARTICLES, ["etarel", "phirel", "ptrel", "mask"])
            file.describe(JETS, ["pt", "eta", "mass", "num_particles"])
            file.close()
            path = file.path
            if most > FEW:
                path = file.path.rename(path.with_stem(f"{path.stem}150"))
            name = path.relative_to(self._folder).as_posix()
            written.append(bench.ExportedFile(role, name, file.ids))
        return written

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def _file(self, role: str, label: int, name: str) -> GrowingFile:
        if (role, label) not in self._files:
            folder = self._folder / FOLDERS[role]
            folder.mkdir(exist_ok=True)
            self._files[role, label] = GrowingFile(folder / f"{name}.hdf5")
        return self._files[role, label]


def _in_order(item: tuple[tuple[str, int], GrowingFile]) -> tuple[int, int]:
    """The place of a file among all: by role, then background before signal."""
    (role, label), _ = item
    return list(FOLDERS).index(role), label
