"""Files that others write: pandas with PyTables, EnergyFlow's arrays, awkward with uproot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from other_tools import in_other_tools, other_tools

JETS = """
import numpy as np, pandas as pd
rng = np.random.default_rng(1)
n, most = 60, 200
pt = rng.exponential(5, (n, most)) + 0.5
pt[np.arange(most) >= rng.integers(30, most, n)[:, None]] = 0
eta, phi = rng.normal(0, 0.5, (2, n, most)) * (pt > 0)
p = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=-1)
"""
TAGGING = (
    JETS
    + """
names = [f"{c}_{i}" for i in range(most) for c in ("E", "PX", "PY", "PZ")]
frame = pd.DataFrame(p.reshape(n, -1).astype("f4"), columns=names)
truth = {f"truth{c}": np.zeros(n, "f4") for c in ("E", "PX", "PY", "PZ")}
more = {"ttv": np.arange(n) // 2 % 3, "is_signal_new": np.arange(n) % 2}
frame = pd.concat([frame, pd.DataFrame({**truth, **more})], axis=1)
frame.to_hdf("jets.h5", key="table", format="table", complib="blosc", complevel=5)
"""
)
ENERGYFLOW = (
    JETS
    + """
kinds = np.where(pt > 0, 211, 0)
m = np.where(pt > 0, 0.13957, 0)
energy = np.sqrt(p[..., 0] ** 2 + m**2)
y = np.arctanh(np.divide(p[..., 3], energy, out=np.zeros_like(pt), where=pt > 0))
X = np.stack([pt, y, phi, kinds], axis=-1)
import energyflow
masses = energyflow.pids2ms(X[..., 3])
back = energyflow.p4s_from_ptyphims(np.stack([pt, y, phi, masses], axis=-1))
assert np.abs(back[..., 1:] - p[..., 1:]).max() < 1e-6 * p[..., 0].max()
np.savez("jets.npz", X=X, y=np.arange(n) % 2)
"""
)
ROOT = (
    JETS
    + """
import awkward as ak, uproot
real = pt > 0
lists = {k: ak.Array([list(v[r]) for v, r in zip(a, real)]) for k, a in
         {"pt": pt, "eta": eta, "phi": phi}.items()}
with uproot.recreate("jets.root") as file:
    file["events"] = {**{f"part_{k}": v for k, v in lists.items()}, "label": np.arange(n) % 2}
"""
)


@pytest.mark.parametrize(
    ("needs", "script", "name"),
    [
        ("tables", TAGGING, "jets.h5"),
        ("energyflow", ENERGYFLOW, "jets.npz"),
        ("uproot", ROOT, "jets.root"),
    ],
)
def test_files_of_other_libraries_are_imported(
    needs: str, script: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_tools(needs)
    monkeypatch.setenv("BENCH_HOME", str(tmp_path / "home"))
    in_other_tools(script, folder=tmp_path)
    command = [sys.executable, "-m", "bench", "data", "import", name, "--name", "jets"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("jets: 30 background, 30 signal; read as ")
