"""Events of particles in other tools' layouts, out and back again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pyarrow.parquet as pq
import pytest
from bench_lhco.datasets import ResearchAndDevelopment
from bench_lhco.events import event_ids
from bench_lhco.exported import LAYOUTS
from exports import ROLES, N, events, exported
from importing import imported_dataset

import bench

SPLITS = dict(zip(ROLES, (bench.Split.TRAIN, bench.Split.VALID, bench.Split.TEST), strict=True))


def features(dataset: bench.Dataset, context: bench.Context) -> bench.Table:
    return dataset.table(dataset.open(None, None, context), context)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_events_come_back_as_they_were_with_labels_and_splits(
    context: bench.Context, tmp_path: Path, layout: str
) -> None:
    table, roles, files = exported(context, tmp_path / "out", layout, most=5)
    written = np.concatenate([file.ids for file in files])
    assert sorted(written) == sorted(table.ids)
    assert all(roles[i] == file.role for file in files for i in file.ids.tolist())
    back = features(imported_dataset(context, file=tmp_path / "out"), context)
    rows = [table.ids.tolist().index(i) for i in back.ids.tolist()]
    assert sorted(rows) == list(range(N))
    assert (back.x == table.x[rows]).all()
    assert (back.y == table.y[rows]).all()
    assert back.splits is not None
    assert back.splits.tolist() == [SPLITS[roles[i]] for i in back.ids.tolist()]


def test_rows_of_weavers_files_are_the_events_that_are_named(
    context: bench.Context, tmp_path: Path
) -> None:
    table, _, files = exported(context, tmp_path / "out", "weaver")
    known = dict(zip(event_ids(events().particles).tolist(), range(N), strict=True))
    for file in files:
        rows = pq.read_table(tmp_path / "out" / file.name).to_pylist()
        assert [row["event"] % 2**64 for row in rows] == file.ids.tolist()
        for row in rows:
            place = known[row["event"] % 2**64]
            assert table.ids[row["index"]] == row["event"] % 2**64
            assert row["label"] == row["label_signal"] == 1 - row["label_background"]
            padded = events().padded[place]
            assert np.array_equal(row["particle_pt"], padded[padded[:, 0] > 0, 0])
            assert len(row["part_px"]) == row["jet_nparticles"] + row["jet2_nparticles"]


def test_constituents_are_those_of_the_jets_hardest_first_and_no_jet_is_cut_in_two(
    context: bench.Context, tmp_path: Path
) -> None:
    _, _, files = exported(context, tmp_path / "out", "weaver")
    for row in (r for f in files for r in pq.read_table(tmp_path / "out" / f.name).to_pylist()):
        pt = np.hypot(row["part_px"], row["part_py"])
        assert (np.diff(pt) <= 1e-3).all()
        dphi, jet = np.array(row["part_dphi"]), np.array(row["part_jet"])
        for number, name in ((1, "jet"), (2, "jet2")):
            px, py, pz, e = (
                np.array(row[f"part_{c}"])[jet == number].sum()
                for c in ("px", "py", "pz", "energy")
            )
            assert np.hypot(px, py) == pytest.approx(row[f"{name}_pt"], rel=1e-5)
            assert e == pytest.approx(row[f"{name}_energy"], rel=1e-5)
            assert pz == pytest.approx(np.sinh(row[f"{name}_eta"]) * np.hypot(px, py), rel=1e-3)
        for number in (1, 2):
            if (jet == number).any():
                assert np.ptp(dphi[jet == number]) < np.pi
        if row["jet_nparticles"] > 1:
            weighted = np.average(dphi[jet == 1], weights=pt[jet == 1])
            assert abs(weighted) < 0.1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_hardest_are_written_where_so_many_are_asked_for(
    context: bench.Context, tmp_path: Path, layout: str
) -> None:
    notices: list[str] = []
    noted = replace(context, notice=notices.append)
    exported(noted, tmp_path / "out", layout, most=5)
    assert any("constituents are left out, beyond the hardest 5" in line for line in notices)
    if layout == "weaver":
        rows = pq.read_table(tmp_path / "out" / "test.parquet").to_pylist()
        assert max(len(row["part_px"]) for row in rows) == 5
        assert "length: 5\n" in (tmp_path / "out" / "data.yaml").read_text()
        return
    name = {"jetnet": "test/signal.hdf5", "omnilearned": "custom/test/events.h5"}[layout]
    with h5py.File(tmp_path / "out" / name) as file:
        array = file["particle_features" if layout == "jetnet" else "data"]
        assert array.shape[1:] == (5, 4)


def test_all_files_of_jetnet_have_room_for_the_longest_entry(
    context: bench.Context, tmp_path: Path
) -> None:
    _, _, files = exported(context, tmp_path / "out", "jetnet")
    assert [file.name for file in files] == [
        f"{split}/{kind}150.hdf5"
        for split in ("train", "valid", "test")
        for kind in ("background", "signal")
    ]
    widths, counts = set(), []
    for written in files:
        with h5py.File(tmp_path / "out" / written.name) as file:
            features = file["particle_features"][:]
            widths.add(features.shape[1])
            counts += file["jet_features"][:, 3].tolist()
            assert (features[..., 3].sum(axis=1) == file["jet_features"][:, 3]).all()
            assert (features[features[..., 3] == 0] == 0).all()
    assert widths == {max(counts)}


def test_a_particle_of_one_gev_is_no_padding_to_omnilearned(
    context: bench.Context, tmp_path: Path
) -> None:
    exported(context, tmp_path / "out", "omnilearned")  # the haze of the toy events is of 1 GeV
    with h5py.File(tmp_path / "out" / "custom/train/events.h5") as file:
        data, particles = file["data"][:], file["global"][:]
        columns = list(file["global"].attrs["columns"])
    both = [columns.index(f"{jet}_log1p_nparticles") for jet in ("jet", "jet2")]
    counts = np.expm1(particles[:, both]).sum(axis=1).round()
    assert ((data[..., 2] != 0).sum(axis=1) == counts).all()


def test_events_that_a_file_lacks_are_counted(context: bench.Context, tmp_path: Path) -> None:
    exported(context, tmp_path / "out", "weaver")
    dataset = ResearchAndDevelopment()
    source = dataset.open(None, context.data / "toy.h5", context)
    ids = np.append(event_ids(events().particles)[:4], np.uint64(5))
    with pytest.raises(bench.InputError, match="1 of 5 events are not in it"):
        list(dataset.particles(source, ids, context))
