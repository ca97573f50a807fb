"""The same particles in every layout are the same events with the same jets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import pandas as pd
import pytest
import uproot
from foreign import LABELS, N, particles, rows
from importing import imported_dataset
from test_import_division import table_of
from test_import_root import jagged, tree
from test_import_wide import wide

import bench


def official(path: Path) -> None:
    with h5py.File(path, "w") as f:
        f["df/block0_values"] = rows(particles())


def root(path: Path) -> None:
    with uproot.recreate(path) as file:
        tree(file, "T", {"part": jagged(), "label": LABELS})


def delphes(path: Path) -> None:
    """The particles dealt to the three kinds of particle flow."""
    every = jagged()
    number = ak.local_index(every["pt"])
    kinds = {"EFlowTrack": "PT", "EFlowPhoton": "ET", "EFlowNeutralHadron": "ET"}
    branches = {}
    third = -(-ak.num(number) // 3)
    for kind, (name, pt) in enumerate(kinds.items()):
        part = every[number // third == kind]
        branches[name] = ak.zip({pt: part["pt"], "Eta": part["eta"], "Phi": part["phi"]})
    with uproot.recreate(path) as file:
        tree(file, "Delphes", {**branches, "label": LABELS}, sep=".")


def padded(path: Path) -> None:
    with path.open("wb") as stream:
        array = rows(particles(), None).reshape(N, 700, 3).astype(np.float32)
        np.savez(stream, X=array, y=LABELS)


def wide_csv(path: Path) -> None:
    pd.DataFrame({**wide(), "label": LABELS}).to_csv(path, index=False, float_format="%.17g")


@pytest.mark.parametrize("make", [root, delphes, padded, wide_csv])
def test_the_same_particles_give_the_same_events_and_jets(
    make: Callable[[Path], None], tmp_path: Path, context: bench.Context
) -> None:
    tables = []
    for name, write in (("first", official), ("second", make)):
        write(tmp_path / name)
        dataset = imported_dataset(context, file=tmp_path / name, name=name)
        tables.append(table_of(dataset, context))
    one, other = tables
    assert other.columns == one.columns
    assert np.array_equal(other.y, one.y)
    if make is wide_csv:  # through px, py, pz, so equal up to rounding
        assert other.x == pytest.approx(one.x, rel=1e-3, abs=1e-3)
    else:
        assert np.array_equal(other.ids, one.ids)
        assert np.array_equal(other.x, one.x)
