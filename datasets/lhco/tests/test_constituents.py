"""The constituents of jets in Parquet: which event they are of, their order, their sum."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from bench_lhco.constituents import gather_constituents, keep_constituents
from bench_lhco.datasets import ResearchAndDevelopment
from bench_lhco.events import Events, event_ids
from bench_lhco.features import standard_features
from bench_lhco.files import write
from bench_lhco.jets import cluster
from bench_lhco.recipe import Recipe
from bench_lhco.tabulate import tabulate
from sprays import constituents, spray_file, sprays

import bench
from bench.data.feature_cache import load_table

EVENTS = 60


@pytest.fixture(scope="module")
def events() -> Events:
    padded = sprays(EVENTS)
    padded[7, 1:] = 0  # one particle: no second jet
    return Events(padded, (np.arange(EVENTS) % 2).astype(np.int8))


def recipe(path: Path) -> Recipe:
    return Recipe(path, bench.file_digest(path), 1.0, 20.0, "standard", constituents=True)


def write_constituents(file: Path, events: Events) -> None:
    particles = events.particles
    keep_constituents(file, [(event_ids(particles), events.labels, cluster(particles), particles)])


def test_each_event_has_its_jets_constituents_hardest_first(events: Events, tmp_path: Path) -> None:
    write_constituents(tmp_path / "c.parquet", events)
    rows = pq.read_table(tmp_path / "c.parquet").to_pylist()
    particles = events.particles
    jets = cluster(particles)
    assert [row["event"] for row in rows] == event_ids(particles).tolist()
    assert [row["label"] for row in rows] == events.labels.tolist()
    for i, row in enumerate(rows):
        for jet in range(2):
            inside = particles.values[constituents(jets, i, jet)]
            inside = inside[np.argsort(-inside[:, 0], kind="stable")]
            for k, name in enumerate(("pt", "eta", "phi")):
                assert row[f"j{jet + 1}_{name}"] == inside[:, k].tolist()
    assert rows[7]["j2_pt"] == rows[7]["j2_eta"] == rows[7]["j2_phi"] == []


def test_the_constituents_sum_to_the_jet_of_the_table(events: Events, tmp_path: Path) -> None:
    write_constituents(tmp_path / "c.parquet", events)
    particles = events.particles
    x = standard_features(cluster(particles), particles)
    for row, numbers in zip(pq.read_table(tmp_path / "c.parquet").to_pylist(), x, strict=True):
        pt, eta, phi = (np.array(row[f"j1_{name}"]) for name in ("pt", "eta", "phi"))
        px, py, pz = pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)
        energy = (pt * np.cosh(eta)).sum()
        assert np.hypot(px.sum(), py.sum()) == pytest.approx(numbers[0], rel=1e-5)
        assert energy == pytest.approx(numbers[3], rel=1e-5)
        squared = energy**2 - px.sum() ** 2 - py.sum() ** 2 - pz.sum() ** 2
        assert np.sqrt(max(squared, 0)) == pytest.approx(numbers[4], rel=1e-3, abs=0.01)
        assert (len(pt), pt.max(initial=0)) == (numbers[5], numbers[6])


def test_parts_are_joined_without_the_rows_left_out(events: Events, tmp_path: Path) -> None:
    halves = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for file, rows in zip(halves, (slice(0, 25), slice(25, None)), strict=True):
        write_constituents(file, Events(events.padded[rows], events.labels[rows]))
    write_constituents(tmp_path / "all.parquet", events)
    rows = np.array([0, 3, 24, 25, 59])
    gather_constituents(halves, rows, tmp_path / "new" / "some.parquet")
    whole = pq.read_table(tmp_path / "all.parquet")
    assert pq.read_table(tmp_path / "new" / "some.parquet").equals(whole.take(rows))
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["some.parquet"]


def test_a_table_with_constituents_keeps_each_event_of_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench_lhco.ingest.CHUNK", 30)
    path = tmp_path / "some.h5"
    events = spray_file(path, 50)
    rows = np.r_[np.arange(50), 0, 49]
    write(path, Events(events.padded[rows], events.labels[rows]))
    notices: list[str] = []
    context = bench.Context(tmp_path, tmp_path / "scratch", tmp_path, notice=notices.append)
    table = tabulate(recipe(path), None, ("signal",), "any", context)
    (file,) = (tmp_path / "constituents").iterdir()
    assert notices == [
        "some.h5: 2 repeated events are left out",
        f"the jets' constituents are kept in {file}",
    ]
    constituents = pq.read_table(file)
    assert constituents["event"].to_numpy().tolist() == table.ids.tolist()
    assert constituents["label"].to_numpy().tolist() == table.y.tolist()
    bare = tabulate(replace(recipe(path), constituents=False), None, ("signal",), "any", context)
    assert bare.x.tobytes() == table.x.tobytes()


def test_constituents_that_were_removed_are_made_anew_and_older_ones_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "some.h5"
    spray_file(path, 50)
    notices: list[str] = []
    context = bench.Context(tmp_path, tmp_path / "scratch", tmp_path, notice=notices.append)
    dataset = ResearchAndDevelopment(constituents=True)

    def load() -> tuple[Path, bool]:
        source = dataset.open(None, path, context)
        _, reused = load_table(dataset, "bench-lhco", source, context, tmp_path / "tables")
        (file,) = source.beside
        assert file.is_file()
        return file, reused

    file, _ = load()
    assert load() == (file, True)
    file.unlink()
    assert load() == (file, False)
    assert f"{file}, which belongs to it, is missing; it is made anew" in "\n".join(notices)
    other = ResearchAndDevelopment(constituents=True, radius=0.5)
    other.table(other.open(None, path, context), context)
    spray_file(path, 50, seed=1)
    newer, _ = load()
    assert newer != file
    assert not file.exists()
    assert len(list((tmp_path / "constituents").iterdir())) == 2  # and that of the other radius
