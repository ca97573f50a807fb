"""JetNet's class reads what is exported for it, and scores in its order come back."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from layouts import block, brought, exported, features, rows_of, scores_of
from other_tools import in_other_tools, other_tools

READ = """
import sys

test = events(sys.argv[1], int(sys.argv[2]))
np.savez("read.npz", particles=test.particle_data, jets=test.jet_data)
save("scores.npz", test.jet_data[:, 1] / 20_000, test)
"""


@pytest.fixture(scope="module")
def folder(twins: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    other_tools("jetnet")
    return exported(twins, tmp_path_factory.mktemp("jetnet") / "rd", "jetnet")


@pytest.fixture(scope="module")
def read(folder: Path) -> Path:
    """Where the class of the how-to has read the test files, and saved scores that follow pt."""
    with h5py.File(folder / "test" / "signal150.hdf5") as file:
        width = str(file["particle_features"].shape[1])
    code = block("MAX_NUM_PARTICLES") + READ
    in_other_tools(code, folder / "test", width, folder=folder.parent)
    return folder.parent


def test_jetnet_reads_every_particle_of_both_classes(
    twins: Path, folder: Path, read: Path, tmp_path: Path
) -> None:
    order = np.random.default_rng(42).permutation(len(rows_of(folder)))
    theirs = features(twins, tmp_path).loc[rows_of(folder)["event"]].iloc[order]
    arrays = np.load(read / "read.npz")
    kind, pt, eta, mass, count = arrays["jets"].T
    assert (kind == theirs["label"]).all()
    for name, values in {"j1_pt": pt, "j1_eta": eta, "j1_m": mass}.items():
        np.testing.assert_allclose(values, theirs[name], rtol=1e-5)
    etarel, phirel, ptrel, mask = np.moveaxis(arrays["particles"].astype(np.float64), 2, 0)
    assert (count == theirs["j1_n"] + theirs["j2_n"]).all()
    assert (mask.sum(axis=1) == count).all()
    p = ptrel * pt[:, np.newaxis]
    total = np.stack([p * np.cos(phirel), p * np.sin(phirel), p * np.sinh(etarel + eta[:, None])])
    energy = (p * np.cosh(etarel + eta[:, None])).sum(axis=1)
    m_jj = np.sqrt(energy**2 - (total.sum(axis=2) ** 2).sum(axis=0))
    np.testing.assert_allclose(m_jj, theirs["m_jj"], rtol=1e-4)


def test_scores_in_the_order_of_the_class_come_back_event_by_event(
    twins: Path, folder: Path, read: Path, tmp_path: Path
) -> None:
    ran = brought(twins, tmp_path, read / "scores.npz", "--exported", str(folder))
    assert ran.exception is None, ran.output
    pt = features(twins, tmp_path)["j1_pt"]
    scores = scores_of(tmp_path)
    np.testing.assert_allclose(scores, pd.Series(pt / 20_000).loc[scores.index], rtol=1e-5)
