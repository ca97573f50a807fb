"""OmniLearned reads what is exported for it, trains on it, and its outputs come back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from layouts import brought, exported, features, rows_of, scores_of
from other_tools import PYTHON, in_other_tools, other_tools

READ = """
import sys
import numpy as np
from omnilearned.dataloader import load_data

loader = load_data(
    "custom", sys.argv[1], dataset_type="test", use_cond=True, num_workers=0, shuffle=False
)
batches = list(loader)
arrays = {name: np.concatenate([b[name].numpy() for b in batches]) for name in ("X", "y", "cond")}
np.savez(sys.argv[2], **arrays)
"""


@pytest.fixture(scope="module")
def folder(twins: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    other_tools("omnilearned")
    return exported(twins, tmp_path_factory.mktemp("omnilearned") / "rd", "omnilearned")


def test_omnilearned_reads_the_momenta_and_labels_of_every_event(
    twins: Path, folder: Path, tmp_path: Path
) -> None:
    in_other_tools(READ, folder, tmp_path / "read.npz", folder=tmp_path)
    read = np.load(tmp_path / "read.npz")
    theirs = features(twins, tmp_path).loc[rows_of(folder)["event"]]
    assert (read["y"] == theirs["label"]).all()
    deta, dphi, log_pt, log_e = np.moveaxis(read["X"].astype(np.float64), 2, 0)
    real = log_pt != 0
    assert (real.sum(axis=1) == theirs["j1_n"] + theirs["j2_n"]).all()
    pt, energy = np.exp(log_pt) * real, np.exp(log_e) * real
    pz = pt * np.sinh(deta + theirs["j1_eta"].to_numpy()[:, np.newaxis])
    x, y = pt * np.cos(dphi), pt * np.sin(dphi)
    squares = [values.sum(axis=1) ** 2 for values in (energy, x, y, pz)]
    mass = np.sqrt(squares[0] - sum(squares[1:]))
    np.testing.assert_allclose(mass, theirs["m_jj"], rtol=1e-4)
    np.testing.assert_allclose(np.expm1(read["cond"][:, 3]), theirs["j1_m"], rtol=1e-4)


def test_outputs_of_a_trained_model_come_back_event_by_event(twins: Path, tmp_path: Path) -> None:
    other_tools("omnilearned")
    few = ("--train-events", "32", "--valid-events", "16", "--particles", "12")
    folder = exported(twins, tmp_path / "rd", "omnilearned", *few)
    (tmp_path / "omni").mkdir()
    shared = ["--save-tag", "rd", "--dataset", "custom", "--path", folder, "--num-classes", "2"]
    for words in (["train", "--epoch", "1"], ["evaluate", "-i", "omni"]):
        call = [PYTHON.with_name("omnilearned"), *words, "-o", "omni", *shared]
        call += ["--num-workers", "0", "--batch", "16"]
        ran = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    file = tmp_path / "omni" / "outputs_rd_custom_0.npz"
    ran = brought(twins, tmp_path, file, "--exported", str(folder), "--trained-on", str(folder))
    assert ran.exception is None, ran.output
    written = np.load(file)["prediction"][:, 1]
    assert (scores_of(tmp_path).loc[rows_of(folder)["event"]].to_numpy() == written).all()
