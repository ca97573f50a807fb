"""Reading event files: both layouts, slices, and labels from inside and outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import hdf5plugin
import numpy as np
import pytest
from bench_lhco.events import Events
from bench_lhco.files import read_layout, slices

from bench import InputError


def some_events(n: int = 10, seed: int = 0) -> Events:
    rng = np.random.default_rng(seed)
    particles = np.zeros((n, 700, 3), dtype=np.float32)
    for event in particles:
        count = rng.integers(1, 300)
        event[:count, 0] = rng.exponential(20, count) + 0.1
        event[:count, 1] = rng.uniform(-5, 5, count)
        event[:count, 2] = rng.uniform(-np.pi, np.pi, count)
    return Events(particles, (np.arange(n) % 3 == 1).astype(np.int8))


def rows_of(events: Events) -> np.ndarray:
    flat = events.padded.reshape(len(events), 2100).astype(np.float64)
    return np.hstack([flat, events.labels[:, None]])


def fixed(path: Path, rows: np.ndarray) -> Path:
    with h5py.File(path, "w") as f:
        f.create_dataset("df/block0_values", data=rows, **hdf5plugin.Blosc())
    return path


def table(path: Path, rows: np.ndarray) -> Path:
    kind = np.dtype([("index", "<i8"), ("values_block_0", rows.dtype, (rows.shape[1],))])
    data = np.zeros(len(rows), dtype=kind)
    data["index"] = np.arange(len(rows))
    data["values_block_0"] = rows
    with h5py.File(path, "w") as f:
        f.create_dataset("df/table", data=data, chunks=(3,), **hdf5plugin.Blosc())
    return path


def joined(path: Path, *args: int, **options: object) -> Events:
    parts = list(slices(path, *args, **options))
    return Events(
        np.concatenate([part.padded for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )


def same(a: Events, b: Events) -> bool:
    bits = np.array_equal(a.padded.view(np.uint32), b.padded.view(np.uint32))
    return bits and np.array_equal(a.labels, b.labels)


@pytest.mark.parametrize("layout", [fixed, table])
@pytest.mark.parametrize("dtype", ["<f8", "<f4", ">f8"])
def test_both_layouts_give_the_events(
    tmp_path: Path, layout: Callable[[Path, np.ndarray], Path], dtype: str
) -> None:
    events = some_events()
    path = layout(tmp_path / "e.h5", rows_of(events).astype(dtype))
    read = joined(path, 4)
    assert same(read, events)
    assert read.padded.dtype == np.float32
    assert read.labels.dtype == np.int8
    assert read_layout(path).kind == layout.__name__
    assert read_layout(path).events == 10


@pytest.mark.parametrize("layout", [fixed, table])
def test_without_a_label_column_labels_come_from_outside(
    tmp_path: Path, layout: Callable[[Path, np.ndarray], Path]
) -> None:
    events = some_events()
    path = layout(tmp_path / "e.h5", rows_of(events)[:, :2100])
    assert not read_layout(path).labelled
    assert same(joined(path, 4, labels=events.labels), events)
    assert joined(path, 4, 3, 9, labels=events.labels[3:9]).labels.tolist() == list(
        events.labels[3:9]
    )
    assert joined(path, labels=1).labels.tolist() == [1] * 10
    assert joined(path, labels=0).labels.tolist() == [0] * 10


def test_labels_must_fit_the_file(tmp_path: Path) -> None:
    rows = rows_of(some_events())
    bare = fixed(tmp_path / "bare.h5", rows[:, :2100])
    own = fixed(tmp_path / "own.h5", rows)
    with pytest.raises(InputError, match="no label column, wanted labels"):
        joined(bare)
    with pytest.raises(InputError, match="9 labels came with 10 of its events"):
        joined(bare, labels=np.zeros(9, np.int8))
    with pytest.raises(InputError, match="labels other than 0"):
        joined(bare, labels=np.full(10, 2, np.int8))
    with pytest.raises(InputError, match="has a label column"):
        joined(own, labels=0)


def test_slices_start_and_stop_where_asked(tmp_path: Path) -> None:
    events = some_events()
    path = fixed(tmp_path / "e.h5", rows_of(events))
    parts = list(slices(path, 4, 1, 10))
    assert [len(part) for part in parts] == [4, 4, 1]
    assert same(joined(path, 4, 1, 10), Events(events.padded[1:], events.labels[1:]))
    assert list(slices(path, 4, 5, 5)) == []


@pytest.mark.parametrize("bounds", [(4, 0, 11), (4, -1, 5), (4, 6, 5), (0, 0, 5)])
def test_a_slice_that_is_not_there_is_refused(tmp_path: Path, bounds: tuple[int, ...]) -> None:
    path = fixed(tmp_path / "e.h5", rows_of(some_events()))
    with pytest.raises(InputError, match="there are 10"):
        list(slices(path, *bounds))


def test_label_two_is_kept_where_it_is_allowed(tmp_path: Path) -> None:
    rows = rows_of(some_events(3))
    rows[:, 2100] = (0, 1, 2)
    path = fixed(tmp_path / "e.h5", rows)
    assert joined(path, allowed=(0, 1, 2)).labels.tolist() == [0, 1, 2]
    with pytest.raises(InputError, match=r"event 2 has a label other than 0 or 1; 1 invalid event"):
        joined(path)
