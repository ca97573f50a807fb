"""Ingest: chunks with receipts, going on after a stop, what is refused."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench_lhco import ingest as module
from bench_lhco.chunks import Content, content_of, make_chunk, receipt_of
from bench_lhco.events import event_ids
from bench_lhco.features import standard_features
from bench_lhco.ingest import ingest, planned
from bench_lhco.jets import cluster
from bench_lhco.tabulate import ABANDONED, tabulate
from ingests import CHUNK, EVENTS, recipe, rows
from sprays import spoil, spray_file

import bench
from bench.api.context import no_progress

BINARY = ("signal",)


class RecordingProgress:
    """A progress of an ingest that remembers, and that does something after the first step."""

    def __init__(self, then: object = None) -> None:
        self.then = then

    @contextmanager
    def __call__(self, label: str, total: float, done: float = 0) -> Iterator[bench.Bar]:
        if label.startswith("sha256"):
            with no_progress(label, total, done) as bar:
                yield bar
            return
        self.label, self.total, self.begun, self.done = label, total, done, done
        yield self

    def advance(self, steps: float = 1) -> None:
        self.done += steps
        if callable(self.then):
            self.then()


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", CHUNK)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("files") / "toy.h5"
    spray_file(file, EVENTS)
    return file


def same(a: Content, b: Content) -> bool:
    names = ("x", "labels", "ids")
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in names)


def test_every_event_has_its_features_and_every_chunk_its_receipt(
    path: Path, tmp_path: Path, context: bench.Context
) -> None:
    progress = RecordingProgress()
    content = rows(path, tmp_path / "chunks", replace(context, jobs=2, progress=progress))
    jobs = planned(recipe(path), EVENTS, None, tmp_path / "chunks")
    assert [(job.start, job.stop) for job in jobs] == [(0, 100), (100, 200), (200, 250)]
    for job in jobs:
        receipt = receipt_of(job)
        assert receipt is not None
        assert (receipt.first, receipt.last) == (job.start, job.stop - 1)
        assert (receipt.count, receipt.skipped) == (job.stop - job.start, 0)
        assert receipt.sha256 == (bench.file_digest(job.file),)
    assert (progress.label, progress.begun, progress.done) == ("jets of toy.h5", 0, EVENTS)
    events = spray_file(tmp_path / "again.h5", EVENTS)
    assert (content.ids == event_ids(events.particles)).all()
    assert (content.labels == events.labels).all()
    assert (content.x == standard_features(cluster(events.particles), events.particles)).all()


def test_what_was_interrupted_goes_on_from_its_receipts(
    path: Path, tmp_path: Path, context: bench.Context
) -> None:
    with pytest.raises(KeyboardInterrupt):
        rows(path, tmp_path / "cut", replace(context, progress=RecordingProgress(interrupt)))
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "cut").iterdir()}
    assert len(before) == 2  # one chunk and its receipt
    progress = RecordingProgress()
    content = rows(path, tmp_path / "cut", replace(context, progress=progress))
    assert progress.begun == CHUNK
    assert all(file.stat().st_mtime_ns == at for file, at in before.items())
    assert same(content, rows(path, tmp_path / "whole", context))


def test_a_damaged_chunk_or_receipt_is_made_again(path: Path, tmp_path: Path) -> None:
    (job, *_) = planned(recipe(path, constituents=True), EVENTS, None, tmp_path)
    receipt = make_chunk(job)
    files = (job.file, job.constituents, job.receipt)
    assert sorted(tmp_path.iterdir()) == sorted(files)
    whole = {file: file.read_bytes() for file in files}
    for file in files:
        middle = len(whole[file]) // 2
        for damaged in (None, b"", whole[file][:middle], b"[1]", b"{}"):
            if damaged is None:
                file.unlink()
            else:
                file.write_bytes(damaged)
            assert receipt_of(job) is None
        file.write_bytes(whole[file])
        assert receipt_of(job) == receipt
    job.file.write_bytes(b"")
    assert content_of(job) is None
    make_chunk(job)
    assert {file: file.read_bytes() for file in files} == whole


def test_a_receipt_of_other_events_is_none(path: Path, tmp_path: Path) -> None:
    job = planned(recipe(path), EVENTS, None, tmp_path)[0]
    make_chunk(job)
    recorded = json.loads(job.receipt.read_text())
    for wrong in ({"first": 1}, {"last": 98}, {"count": 99}, {"skipped": 1}):
        job.receipt.write_text(json.dumps(recorded | wrong))
        assert receipt_of(job) is None
    assert receipt_of(replace(job, stop=90)) is None


def test_receipts_that_do_not_add_up_are_refused_and_made_anew(
    path: Path, tmp_path: Path, context: bench.Context
) -> None:
    context = replace(context, jobs=2)
    jobs = planned(recipe(path), EVENTS, None, tmp_path / "chunks")
    content = ingest(jobs, context)
    recorded = json.loads(jobs[0].receipt.read_text())
    np.savez(jobs[0].file, x=content.x[:99], labels=content.labels[:99], ids=content.ids[:99])
    forged = recorded | {"sha256": [bench.file_digest(jobs[0].file)]}
    jobs[0].receipt.write_text(json.dumps(forged))
    with pytest.raises(bench.BenchError, match="does not hold what its receipt says"):
        ingest(jobs, context)
    assert same(ingest(jobs, context), content)


def test_the_name_of_a_recipe_is_for_all_that_decides_its_chunks(path: Path) -> None:
    base = recipe(path)
    others = [
        replace(base, digest="other"),
        replace(base, radius=0.5),
        replace(base, min_pt=30.0),
        replace(base, features="substructure"),
        replace(base, allowed=(0, 1, 2)),
        replace(base, skip=True),
        replace(base, constituents=True),
    ]
    assert len({base.key, *(other.key for other in others)}) == 1 + len(others)
    assert replace(base, path=Path("elsewhere.h5")).key == base.key


def test_labels_from_a_master_key_go_with_their_events(
    tmp_path: Path, context: bench.Context
) -> None:
    path = tmp_path / "box.h5"
    events = spray_file(path, EVENTS, labelled=False)
    stop = replace(context, progress=RecordingProgress(interrupt))
    with pytest.raises(KeyboardInterrupt):
        tabulate(recipe(path), events.labels, BINARY, "any", stop)
    other = (1 - events.labels).astype(np.int8)
    table = tabulate(recipe(path), other, BINARY, "any", context)
    assert (table.y == other).all()  # none of the chunks with the other labels
    assert (tabulate(recipe(path), events.labels, BINARY, "any", context).y == events.labels).all()
    assert not tabulate(recipe(path), 0, BINARY, "any", context).y.any()
    assert not [folder for folder in (context.scratch / "ingest").iterdir() if folder.is_dir()]


def test_an_invalid_event_is_refused_by_its_number(tmp_path: Path, context: bench.Context) -> None:
    path = tmp_path / "bad.h5"
    spray_file(path, EVENTS)
    spoil(path, [203])
    with pytest.raises(bench.InputError, match="event 203 has a value that is NaN"):
        tabulate(recipe(path), None, BINARY, "any", context)


def test_invalid_events_are_left_out_and_counted(tmp_path: Path, context: bench.Context) -> None:
    path = tmp_path / "bad.h5"
    events = spray_file(path, 1000)
    spoil(path, [103])
    notices: list[str] = []
    context = replace(context, notice=notices.append, jobs=2)
    table = tabulate(recipe(path, skip=True), None, BINARY, "any", context)
    assert table.skipped == 1
    assert notices == ["bad.h5: 1 invalid events are left out"]
    assert table.ids.tolist() == np.delete(event_ids(events.particles), 103).tolist()


def test_too_many_invalid_events_are_refused_as_soon_as_that_is_known(
    tmp_path: Path, context: bench.Context
) -> None:
    path = tmp_path / "bad.h5"
    spray_file(path, 1000)
    spoil(path, [103, 104])
    progress = RecordingProgress()
    context = replace(context, progress=progress)
    for begun in (0, 200):
        with pytest.raises(bench.InputError, match=r"2 or more of 1000 .* wanted at most 0.1%"):
            tabulate(recipe(path, skip=True), None, BINARY, "any", context)
        assert progress.done == 200
        assert progress.begun == 0, begun  # refused before any work the second time


def test_a_file_that_is_changed_while_it_is_read_is_refused(
    tmp_path: Path, context: bench.Context
) -> None:
    path = tmp_path / "toy.h5"
    spray_file(path, EVENTS)
    opened = recipe(path)
    change = RecordingProgress(lambda: spoil(path, [0], 50.0))
    with pytest.raises(bench.InputError, match="was changed while it was read"):
        tabulate(opened, None, BINARY, "any", replace(context, progress=change))
    with pytest.raises(bench.InputError, match="was changed since it was opened"):
        tabulate(opened, None, BINARY, "any", context)
    assert len(tabulate(recipe(path), None, BINARY, "any", context)) == EVENTS


def test_what_nobody_went_on_with_is_removed_in_the_end(path: Path, context: bench.Context) -> None:
    root = context.scratch / "ingest"
    long_ago = time.time() - ABANDONED - 60
    for name in ("old", "new"):
        (root / name).mkdir(parents=True)
        (root / f"{name}.lock").touch()
        (root / name / "chunk.npz").touch()
    for left in (root / "old", root / "old.lock"):
        os.utime(left, (long_ago, long_ago))
    tabulate(recipe(path), None, BINARY, "any", context)
    assert {file.name for file in root.iterdir()} == {"new", "new.lock", f"{recipe(path).key}.lock"}
