"""The datasets as parts: which file is opened, what a table of it holds, what it weighs."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench_lhco.datasets import BlackBox1, BlackBox2, BlackBox3, ResearchAndDevelopment
from bench_lhco.digests import known_digest
from bench_lhco.events import Events, event_ids
from bench_lhco.features import STANDARD_COLUMNS
from bench_lhco.files import slices, write
from bench_lhco.labels import Twin
from sprays import sprays

import bench
from bench.api.context import no_progress

OFFICIAL = Path(__file__).parents[4] / "shared" / "data" / "lhco_rd_sample.h5"
SMALL = Twin({"background": 90, "signal": 60}, signal_fraction=0.01)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def context(data: Path) -> bench.Context:
    return bench.Context(data=data, scratch=data / "scratch", checkpoints=data)


@pytest.fixture(scope="module")
def twin(context: bench.Context) -> bench.Source:
    """A small twin of rd, made because it was not there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResearchAndDevelopment, "twin", SMALL)
        return ResearchAndDevelopment().open(None, None, context)


def test_a_twin_that_is_not_there_is_made_and_kept(
    twin: bench.Source, context: bench.Context
) -> None:
    assert twin.edition == "twin"
    assert twin.file == context.data / "rd.twin.h5"
    assert not list((context.scratch / "twins").iterdir())
    again = ResearchAndDevelopment().open("twin", None, context)
    assert again == twin


def test_a_table_has_every_event_once_with_its_natural_weight(
    twin: bench.Source, context: bench.Context
) -> None:
    table = ResearchAndDevelopment().table(twin, context)
    assert table.columns == STANDARD_COLUMNS
    assert (int((table.y == 1).sum()), int((table.y == 0).sum())) == (60, 90)
    share = table.weights[table.y == 1].sum() / table.weights.sum()
    assert share == pytest.approx(0.01)
    (events,) = slices(twin.file, 1000)
    assert (table.ids == event_ids(events.particles)).all()
    assert (table.y == events.labels).all()


def test_worker_processes_change_nothing(
    twin: bench.Source, context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench_lhco.ingest.CHUNK", 64)
    alone = ResearchAndDevelopment().table(twin, context)
    shared = ResearchAndDevelopment().table(twin, replace(context, jobs=2))
    assert (alone.x == shared.x).all()
    assert (alone.ids == shared.ids).all()


def test_the_mass_of_two_jets_is_that_of_their_momenta(
    twin: bench.Source, context: bench.Context
) -> None:
    from bench_lhco.jets import cluster

    table = ResearchAndDevelopment().table(twin, context)
    (events,) = slices(twin.file, 1000)
    p = cluster(events.particles).p4.sum(axis=1)
    mass = np.sqrt(p[:, 3] ** 2 - (p[:, :3] ** 2).sum(axis=1))
    assert table.column("has_j2").all()
    assert table.column("m_jj") == pytest.approx(mass, rel=1e-6)


def test_another_radius_or_feature_set_is_another_table(
    twin: bench.Source, context: bench.Context
) -> None:
    wide = ResearchAndDevelopment().table(twin, context)
    narrow = ResearchAndDevelopment(radius=0.5).table(twin, context)
    assert (narrow.column("j1_n") < wide.column("j1_n")).mean() > 0.5
    diary = ResearchAndDevelopment(features="diary").table(twin, context)
    assert diary.x.shape[1] == 16
    assert all("diary" in column.name for column in diary.columns)


def test_events_that_are_there_twice_are_left_out_and_told(
    twin: bench.Source, context: bench.Context, tmp_path: Path
) -> None:
    (events,) = slices(twin.file, 1000)
    rows = np.r_[np.arange(len(events)), 0, 5, 5]
    write(tmp_path / "twice.h5", Events(events.padded[rows], events.labels[rows]))
    notices: list[str] = []
    rd = ResearchAndDevelopment()
    source = rd.open(None, tmp_path / "twice.h5", context)
    table = rd.table(source, replace(context, notice=notices.append))
    assert (source.edition, len(table)) == ("official", len(events))
    assert notices == ["twice.h5: 3 repeated events are left out"]
    assert (table.weights == 1).all()


def test_a_file_that_says_it_is_a_twin_is_no_official_one(
    twin: bench.Source, context: bench.Context
) -> None:
    rd = ResearchAndDevelopment()
    assert rd.open(None, twin.file, context).edition == "twin"
    with pytest.raises(bench.InputError, match="is the twin edition, wanted official"):
        rd.open("official", twin.file, context)


@pytest.mark.usefixtures("unregistered")
def test_the_official_file_is_taken_where_it_is(twin: bench.Source, tmp_path: Path) -> None:
    here = bench.Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    (events,) = slices(twin.file, 1000)
    write(tmp_path / "events_anomalydetection_v2.h5", events)
    rd = ResearchAndDevelopment()
    assert rd.open(None, None, here).edition == "official"
    assert rd.open("official", None, here).file.name == "events_anomalydetection_v2.h5"


def test_a_file_under_the_official_name_has_to_be_the_published_one(
    twin: bench.Source, tmp_path: Path
) -> None:
    here = bench.Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    (events,) = slices(twin.file, 1000)
    write(tmp_path / "events_anomalydetection_v2.h5", events)
    with pytest.raises(bench.InputError, match=r"wanted 5da8fda2ca78edf8... as published"):
        ResearchAndDevelopment().open(None, None, here)


def test_an_official_file_that_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    here = bench.Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    with pytest.raises(bench.InputError, match="`bench data get blackbox1` downloads it"):
        BlackBox1().open("official", None, here)


def test_a_black_box_takes_its_labels_from_the_key_beside_it(
    twin: bench.Source, context: bench.Context, tmp_path: Path
) -> None:
    import h5py

    (events,) = slices(twin.file, 1000)
    write(tmp_path / "labelled.h5", events)
    box = tmp_path / "box.h5"
    with h5py.File(tmp_path / "labelled.h5") as labelled, h5py.File(box, "w") as bare:
        bare["df/block0_values"] = labelled["df/block0_values"][:, :2100]
        bare["df/axis0"] = labelled["df/axis0"][:2100]
        bare["df/axis1"] = labelled["df/axis1"][:]
        bare["df/block0_items"] = labelled["df/block0_items"][:2100]
    key = tmp_path / "events_LHCO2020_BlackBox1.masterkey"
    key.write_text("".join(f"{float(y)}\n" for y in events.labels))
    table = BlackBox1().table(BlackBox1().open(None, box, context), context)
    assert (table.y == events.labels).all()
    first = BlackBox1().open(None, box, context)
    key.write_text("".join(f"{float(1 - y)}\n" for y in events.labels))
    assert BlackBox1().open(None, box, context).digest != first.digest
    assert BlackBox2().table(BlackBox2().open(None, box, context), context).y.sum() == 0


def test_one_kind_of_signal_leaves_the_other_out_and_the_weights_as_they_are(
    context: bench.Context, tmp_path: Path
) -> None:
    labels = np.repeat([0, 1, 2], [20, 10, 10]).astype(np.int8)
    provenance = {"edition": "twin", "signal_fraction": 0.1}
    write(tmp_path / "three.h5", Events(sprays(40), labels), provenance)
    source = BlackBox3().open(None, tmp_path / "three.h5", context)
    both = BlackBox3().table(source, context)
    assert (both.y == (labels > 0)).all()
    assert both.weights[both.y == 1].sum() / both.weights.sum() == pytest.approx(0.1)
    one = BlackBox3(signal="trijet").table(source, context)
    chosen = np.flatnonzero(labels != 1)
    assert (one.ids == both.ids[chosen]).all()
    assert (one.weights == both.weights[chosen]).all()


def test_a_twin_that_is_there_is_not_replaced_unasked(
    twin: bench.Source, context: bench.Context
) -> None:
    with pytest.raises(bench.RequestError, match="--force replaces it"):
        ResearchAndDevelopment().make(bench.SimulationRequest(), context)


def test_a_twin_that_another_process_made_meanwhile_is_taken(
    twin: bench.Source, context: bench.Context
) -> None:
    from bench_lhco.twin.make import make_twin

    before = twin.file.stat().st_mtime_ns
    make_twin("rd", SMALL, None, twin.file, context)
    assert twin.file.stat().st_mtime_ns == before


def test_a_digest_is_remembered_until_the_file_is_touched(tmp_path: Path) -> None:
    file, memory = tmp_path / "file", tmp_path / "memory"
    file.write_bytes(b"one")
    labels = []

    def progress(label: str, total: float, done: float = 0) -> AbstractContextManager[bench.Bar]:
        labels.append((label, total))
        return no_progress(label, total, done)

    first = known_digest(file, memory, progress)
    assert labels == [("sha256 of file", 3)]
    assert known_digest(file, memory, progress) == first
    assert len(labels) == 1
    (note,) = memory.iterdir()
    file.write_bytes(b"two")
    assert known_digest(file, memory, no_progress) == bench.file_digest(file) != first
    note.write_text("{")
    assert known_digest(file, memory, no_progress) == bench.file_digest(file)


def test_a_byte_of_a_twin_that_flipped_is_said_with_the_way_out(
    twin: bench.Source, tmp_path: Path
) -> None:
    recorded = twin.file.with_name("rd.twin.h5.sha256")
    assert recorded.read_text().split() == [bench.file_digest(twin.file), "rd.twin.h5"]
    here = bench.Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    copy, whole = tmp_path / "rd.twin.h5", twin.file.read_bytes()
    copy.write_bytes(whole)
    ResearchAndDevelopment().open(None, None, here)  # of an earlier bench, without a record
    assert (tmp_path / "rd.twin.h5.sha256").read_text() == recorded.read_text()
    for place in (9, len(whole) // 2, len(whole) - 1):
        copy.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(bench.InputError) as refusal:
            ResearchAndDevelopment().open(None, None, here)
        (line,) = str(refusal.value).splitlines()
        assert line.startswith(f"{copy}: its sha256 is {bench.file_digest(copy)[:16]}..., wanted")
        assert line.endswith("changed, `bench data make rd --force` makes it anew")
    copy.write_bytes(whole)
    assert ResearchAndDevelopment().open(None, None, here).digest == twin.digest


def test_a_digest_that_was_damaged_on_the_disk_is_asked_of_the_file_again(tmp_path: Path) -> None:
    file, memory = tmp_path / "file", tmp_path / "memory"
    file.write_bytes(b"one")
    digest = known_digest(file, memory, no_progress)
    (note,) = memory.iterdir()
    content = note.read_bytes()
    for place in range(len(content)):
        note.write_bytes(bytes(byte ^ (i == place) for i, byte in enumerate(content)))
        assert known_digest(file, memory, no_progress) == digest


def test_official_events_are_read_by_the_same_reader(context: bench.Context) -> None:
    if not OFFICIAL.is_file():
        pytest.skip("the official sample is not on this machine")
    rd = ResearchAndDevelopment()
    table = rd.table(rd.open(None, OFFICIAL, context), context)
    assert (len(table), int(table.y.sum())) == (400, 35)
    assert (table.column("j1_pt") >= table.column("j2_pt")).all()
    assert (table.column("j1_pt") > 1200).all()
    assert np.median(table.column("m_jj")[table.y == 1]) == pytest.approx(3500, rel=0.05)
