"""Simulation of a twin: equal bytes however it is made, going on after a stop, the physics kept."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench_lhco.events import Events, event_ids
from bench_lhco.features import STANDARD_COLUMNS, standard_features
from bench_lhco.jets import cluster
from bench_lhco.twin import simulate as module
from bench_lhco.twin.chunks import Chunk, simulate_chunk, store, stored
from bench_lhco.twin.physics import PROCESSES
from bench_lhco.twin.simulate import recipe, simulate

import bench


class RecordingProgress:
    """A progress that remembers, and that may interrupt."""

    def __init__(self, stop_at: float = np.inf) -> None:
        self.stop_at = stop_at

    @contextmanager
    def __call__(self, label: str, total: float, done: float = 0) -> Iterator[bench.Bar]:
        self.total, self.begun, self.done = total, done, done
        yield self

    def advance(self, steps: float = 1) -> None:
        self.done += steps
        if self.done >= self.stop_at:
            raise KeyboardInterrupt


def make(
    folder: Path,
    jobs: int = 1,
    progress: RecordingProgress | None = None,
    *,
    dataset: str = "rd",
    seed: int = 1,
    **events: int,
) -> Events:
    """Events of the kinds wanted, by default 40 each of background and signal."""
    progress = progress or RecordingProgress()
    events = events or {"background": 40, "signal": 40}
    given = simulate(dataset, events, seed=seed, jobs=jobs, scratch=folder, progress=progress)
    parts = list(given)
    padded = np.concatenate([part.padded for part in parts])
    return Events(padded, np.concatenate([part.labels for part in parts]))


def same(a: Events, b: Events) -> bool:
    return a.padded.tobytes() == b.padded.tobytes() and a.labels.tobytes() == b.labels.tobytes()


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK", 20)
        patch.setattr(module, "SLICE", 30)
        yield


@pytest.fixture(scope="module")
def twin(small: None, tmp_path_factory: pytest.TempPathFactory) -> Events:
    return make(tmp_path_factory.mktemp("twin"))


def test_two_workers_make_the_same_bytes_as_none(twin: Events, tmp_path: Path) -> None:
    progress = RecordingProgress()
    assert same(make(tmp_path, jobs=2, progress=progress), twin)
    assert (progress.begun, progress.done, progress.total) == (0, 80, 80)


def test_another_seed_and_another_dataset_share_no_event(twin: Events, tmp_path: Path) -> None:
    few = {"signal": 5, "background": 5}
    others = [make(tmp_path, seed=2, **few), make(tmp_path, dataset="blackbox1", **few)]
    ids = np.concatenate([event_ids(e.particles) for e in (twin, *others)])
    assert len(set(ids.tolist())) == 100


def test_what_was_interrupted_goes_on_to_the_same_bytes(twin: Events, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, progress=RecordingProgress(stop_at=40))
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.npz")}
    assert len(before) == 2
    progress = RecordingProgress()
    assert same(make(tmp_path, progress=progress), twin)
    assert progress.begun == 40
    assert all(file.stat().st_mtime_ns == at for file, at in before.items())


def test_a_damaged_chunk_is_simulated_again(tmp_path: Path) -> None:
    chunk = Chunk("rd", "signal", seed=1, number=0, events=5)
    store(chunk, tmp_path)
    whole = chunk.file(tmp_path).read_bytes()
    assert stored(chunk, tmp_path) is not None
    assert list(tmp_path.iterdir()) == [chunk.file(tmp_path)]
    middle = len(whole) // 2
    for damaged in (b"", whole[:middle], whole[:middle] + b"spoilt" + whole[middle + 6 :]):
        chunk.file(tmp_path).write_bytes(damaged)
        assert stored(chunk, tmp_path) is None
    store(chunk, tmp_path)
    assert chunk.file(tmp_path).read_bytes()[:middle] == whole[:middle]


def test_fewer_events_of_a_chunk_are_the_first_of_more() -> None:
    more = simulate_chunk(Chunk("rd", "background", seed=1, number=3, events=12))
    fewer = simulate_chunk(Chunk("rd", "background", seed=1, number=3, events=7))
    assert len(fewer) == 7
    assert fewer.values.tolist() == more.values[: fewer.offsets[-1]].tolist()


def test_no_two_chunks_share_a_stream() -> None:
    every = [(dataset, kind) for dataset, kinds in PROCESSES.items() for kind in kinds]
    chunks = [Chunk(dataset, kind, 1, n, 1) for dataset, kind in every for n in range(2000)]
    assert len({chunk.stream for chunk in chunks}) == len(chunks)


def test_labels_are_counted_and_mixed(twin: Events) -> None:
    assert twin.labels.dtype == np.int8
    assert (len(twin), int(twin.labels.sum())) == (80, 40)
    assert 10 < twin.labels[:40].sum() < 30


def test_each_kind_has_its_label(tmp_path: Path) -> None:
    few = make(tmp_path, dataset="blackbox3", background=3, dijet=2, trijet=5)
    assert np.bincount(few.labels).tolist() == [3, 2, 5]


def test_the_layout_is_the_official_one(twin: Events) -> None:
    pt, eta, phi = np.moveaxis(twin.padded.astype(np.float64), -1, 0)
    filled = pt > 0
    assert twin.padded.dtype == np.float32
    assert twin.padded.shape[1:] == (700, 3)
    assert not twin.padded[~filled].any()
    assert (np.diff(filled.astype(int), axis=1) <= 0).all()  # the padding comes last
    assert (np.diff(pt, axis=1)[filled[:, 1:]] > 0).any()  # not sorted in pt
    assert np.abs(eta).max() < 5
    assert (phi > -np.pi).all()
    assert (phi <= np.pi).all()


def test_every_event_fires_the_trigger(twin: Events) -> None:
    jets = cluster(twin.particles, radius=1.0, min_pt=1200.0)
    assert (jets.n_jets >= 1).all()
    assert (np.abs(jets.eta[:, 0]) < 2.5).all()
    assert (jets.n_jets == 1).any()  # jets softer than that are there, and were not looked at


@pytest.mark.parametrize(
    ("dataset", "kind", "resonance"),
    [
        ("rd", "signal", 3500),
        ("rd3", "signal", 3500),
        ("blackbox1", "signal", 3823),
        ("blackbox3", "dijet", 4200),
    ],
)
def test_a_signal_in_two_jets_peaks_at_its_mass(
    dataset: str, kind: str, resonance: float, tmp_path: Path
) -> None:
    particles = make(tmp_path, dataset=dataset, **{kind: 20}).particles
    m_jj = standard_features(cluster(particles), particles)[:, -1]
    assert STANDARD_COLUMNS[-1].name == "m_jj"
    assert np.median(m_jj) == pytest.approx(resonance, rel=0.06)


def test_the_recipe_says_what_decides_the_physics() -> None:
    made = recipe("blackbox1", seed=3)
    assert made["seed"] == 3
    assert "PartonLevel:MPI = off" in str(made["signal_settings"])
    assert "3823" in str(made["signal_settings"])
    assert "pTHatMin = 1100" in str(made["background_settings"])
    assert all(isinstance(value, str | int) for value in made.values())
    assert recipe("rd", 3) != recipe("rd", 4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dataset": "blackbox"}, "did you mean blackbox1"),
        ({"dataset": "blackbox2", "signal": 1}, "no signal events in blackbox2"),
        ({"signal": 0, "background": 0}, "at least one event"),
        ({"signal": -1}, "got -1 signal"),
        ({"seed": -1}, "seed of 0 or more"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(bench.RequestError, match=message):
        make(tmp_path, **options)
    assert not list(tmp_path.iterdir())


def test_a_twin_takes_no_more_memory_for_more_chunks(tmp_path: Path) -> None:
    folder = tmp_path / module._key(recipe("rd", 1))
    folder.mkdir()
    rng = np.random.default_rng(1)
    values = rng.random((20 * 600, 3), dtype=np.float32)
    for chunk in module._plan("rd", "background", 4000, 1):
        with chunk.file(folder).open("wb") as out:
            np.savez(out, values=values + chunk.number, offsets=np.arange(21) * 600)
    tracemalloc.start()
    try:
        given = simulate(
            "rd",
            {"background": 4000},
            seed=1,
            jobs=1,
            scratch=tmp_path,
            progress=RecordingProgress(),
        )
        total = sum(float(part.padded[:, :, 0].sum(dtype=float)) for part in given)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    pt = values[:, 0].sum(dtype=float)
    assert total == pytest.approx(200 * pt + len(values) * sum(range(200)), rel=1e-5)
    assert peak < 200 * values.nbytes / 4  # a quarter of all events
