"""Small files of events as the page on own data has its reader import them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import uproot


def write_own_files(folder: Path, rows: np.ndarray) -> None:
    """Particles and features of events in the official form, in the layouts of that page."""
    padded, labels = rows[:, :2100].reshape(-1, 700, 3), rows[:, 2100].astype(int)
    with uproot.recreate(folder / "delphes.root") as file:
        columns = {f"Tower.{name}": padded[..., i] for i, name in enumerate(("ET", "Eta", "Phi"))}
        made = file.mktree("Delphes", dict.fromkeys(columns, ("f8", (700,))))
        made.extend(columns)
    kinds = np.where(padded[..., :1] > 0, 22, 0)
    np.savez(folder / "jets.npz", X=np.concatenate([padded, kinds], axis=2), y=labels)
    np.save(folder / "X.npy", padded)
    np.save(folder / "y.npy", labels)
    masses = np.random.default_rng(1).normal(3000, 300, (len(rows), 2)) / (1, 20)
    np.savetxt(folder / "table.dat", np.column_stack([masses, labels]))
