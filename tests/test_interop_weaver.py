"""weaver-core reads what is exported for it, trains on it, and its predictions come back."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from layouts import block, brought, exported, features, rows_of, scores_of
from other_tools import PYTHON, in_other_tools, other_tools

READ = """
import sys
import numpy as np
from weaver.utils.dataset import SimpleIterDataset

file, config, out = sys.argv[1:]
reader = SimpleIterDataset({"_": [file]}, config, for_training=False, fetch_step=1, name="test")
entries = list(reader)
arrays = {name: np.stack([x[name] for x, _, _ in entries]) for name in entries[0][0]}
arrays |= {name: np.stack([z[name] for _, _, z in entries]) for name in entries[0][2]}
np.savez(out, **arrays, target=[y["_label_"] for _, y, _ in entries])
"""


@pytest.fixture(scope="module")
def folder(twins: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    other_tools("weaver")
    return exported(twins, tmp_path_factory.mktemp("weaver") / "rd", "weaver")


@pytest.fixture(scope="module")
def trained(folder: Path) -> Path:
    """A folder in which weaver has trained the network of the how-to for an epoch."""
    (folder.parent / "particlenet.py").write_text(block("get_model"))
    weaver(folder, "--num-epochs", "1")
    return folder.parent


def weaver(folder: Path, *words: str) -> None:
    """weaver in the folder above an export's, as the how-to has it."""
    call = [PYTHON.with_name("weaver"), "--data-config", folder / "data.yaml", *words]
    for option, name in (("train", "train"), ("val", "val"), ("test", "test")):
        call += [f"--data-{option}", folder / f"{name}.parquet"]
    call += ["--network-config", "particlenet.py", "--model-prefix", "model/net", "--gpus", ""]
    call += ["--num-workers", "0", "--fetch-step", "1", "--batch-size", "32"]
    ran = subprocess.run(call, cwd=folder.parent, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_weaver_reads_the_momenta_labels_and_ids_of_every_event(
    twins: Path, folder: Path, tmp_path: Path
) -> None:
    # what it centers numbers by is found in the train files
    in_other_tools(
        READ.replace("for_training=False", "for_training=True"),
        *(folder / "train.parquet", folder / "data.yaml", tmp_path / "train.npz"),
        folder=tmp_path,
    )
    in_other_tools(
        READ, folder / "test.parquet", folder / "data.yaml", tmp_path / "r.npz", folder=tmp_path
    )
    read, known = np.load(tmp_path / "r.npz"), features(twins, tmp_path)
    ids = read["event"].view(np.uint64)
    assert ids.tolist() == rows_of(folder)["event"].tolist()
    theirs = known.loc[ids]
    assert (read["label"] == theirs["label"]).all()
    assert (read["target"] == (theirs["label"] == 0)).all()  # the first class is signal
    total = read["pf_vectors"].sum(axis=2, dtype=np.float64)
    mass = np.sqrt(total[:, 3] ** 2 - (total[:, :3] ** 2).sum(axis=1))
    np.testing.assert_allclose(mass, theirs["m_jj"], rtol=1e-5)
    np.testing.assert_allclose(read["jet_mass"], theirs["j1_m"], rtol=1e-5)
    real = read["pf_mask"][:, 0].sum(axis=1)
    assert (real == theirs["j1_n"] + theirs["j2_n"]).all()


@pytest.mark.parametrize("ending", ["root", "parquet"])
def test_predictions_of_a_trained_network_come_back_event_by_event(
    twins: Path, folder: Path, trained: Path, tmp_path: Path, ending: str
) -> None:
    if ending == "root" and find_spec("uproot") is None:
        pytest.skip("no uproot here, which reads ROOT files")
    file = trained / f"p.{ending}"
    weaver(folder, "--run-mode", "test", "--predict-output", str(file))
    ran = brought(twins, tmp_path, file, "--trained-on", str(folder))
    assert ran.exception is None, ran.output
    scores = scores_of(tmp_path)
    assert set(scores.index) == set(rows_of(folder)["event"])
    if ending == "parquet":
        written = pd.read_parquet(file)
        ids = written["event"].to_numpy().view(np.uint64)
        assert (scores.loc[ids].to_numpy() == np.stack(written["scores"])[:, 0]).all()
    assert "160 events trained on; 60 events used to stop and choose" in ran.output
