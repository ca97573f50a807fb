"""Events for OmniLearned: HDF5 with `data`, `pid` and `global`, as its dataset `custom`.

An entry is an event: `data` has for each constituent of the two leading jets its pseudorapidity and
azimuth from the first jet, log pt and log E, zero-padded; `pid` the label; `global` both jets.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_lhco.exported.entries import Entries, padded
from bench_lhco.exported.growing import GrowingFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDERS = {"train": "custom/train", "valid": "custom/val", "evaluated": "custom/test"}
"""By role."""
NAME = "events.h5"
LEAST = np.float32(1e-6)
"""In place of a log pt of 0, which its mask takes for padding."""
COLUMNS = ["deta", "dphi", "log_pt", "log_energy"]


class OmniLearnedFiles:
    """A file a role."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, GrowingFile] = {}

    def write(self, role: str, entries: Entries) -> None:
        """Add entries."""
        if role not in self._files:
            path = self._folder / FOLDERS[role] / NAME
            path.parent.mkdir(parents=True)
            self._files[role] = GrowingFile(path)
        file = self._files[role]
        file.append("data", padded(_features(entries), entries.constituents.counts)[0])
        file.append("pid", entries.labels.astype(np.int64))
        file.append("global", np.stack(list(_globals(entries).values()), axis=1))
        file.describe("global", list(_globals(entries)))
        file.append_identity(entries, np.arange(len(entries)))

    def finish(self) -> list[bench.ExportedFile]:
        """Give all files the same room for particles."""
        most = max(file.width("data") for file in self._files.values())
        for file in self._files.values():
            file.widen("data", most)
            file.describe("data", COLUMNS)
        self.close()
        return [
            bench.ExportedFile(role, f"{FOLDERS[role]}/{NAME}", file.ids)
            for role, file in self._files.items()
        ]

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()


def _features(entries: Entries) -> NDArray[np.float32]:
    """The constituents: (m, 4), as in COLUMNS."""
    relative, energy = entries.relative(), entries.momenta()[:, 3]
    log_pt = np.log(entries.constituents.pt)
    log_pt = np.where(log_pt == 0, LEAST, log_pt)
    return np.stack([relative[:, 0], relative[:, 1], log_pt, np.log(energy)], axis=1)


def _globals(entries: Entries) -> dict[str, NDArray[np.float32]]:
    """Both jets, in numbers that a network reads as they are: (n,) each."""
    jets, columns = entries.jet_columns(), {}
    for name in ("jet", "jet2"):
        columns[f"{name}_eta"] = jets[f"{name}_eta"]
        columns[f"{name}_phi"] = jets[f"{name}_phi"]
        for quantity in ("pt", "mass", "nparticles"):
            columns[f"{name}_log1p_{quantity}"] = np.log1p(jets[f"{name}_{quantity}"])
    return columns
