"""Writing event files: exact round trips, the official layout, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from bench_lhco.events import Events
from bench_lhco.files import provenance, slices, write
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from bench import InputError, RequestError

OFFICIAL = Path(__file__).parents[3] / "../shared/data/lhco_rd_sample.h5"
official = pytest.mark.skipif(not OFFICIAL.is_file(), reason=f"no {OFFICIAL.name} on this machine")


def some_events(n: int = 10, seed: int = 0) -> Events:
    rng = np.random.default_rng(seed)
    particles = np.zeros((n, 700, 3), dtype=np.float32)
    for event in particles:
        count = rng.integers(1, 300)
        event[:count, 0] = rng.exponential(20, count) + 0.1
        event[:count, 1] = rng.uniform(-5, 5, count)
        event[:count, 2] = rng.uniform(-np.pi, np.pi, count)
    return Events(particles, (np.arange(n) % 3 == 1).astype(np.int8))


def joined(path: Path, size: int = 1000) -> Events:
    parts = list(slices(path, size))
    return Events(
        np.concatenate([part.padded for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )


def same(a: Events, b: Events) -> bool:
    bits = np.array_equal(a.padded.view(np.uint32), b.padded.view(np.uint32))
    return bits and np.array_equal(a.labels, b.labels)


@settings(max_examples=15, deadline=None)
@given(
    values=stn.arrays(
        np.float32, (4, 5, 3), elements=st.floats(-6.25, 6.25, width=32, allow_subnormal=False)
    ),
    pt=stn.arrays(
        np.float32, (4, 5), elements=st.floats(2**-10, 2**13, width=32, exclude_min=True)
    ),
    y=stn.arrays(np.int8, 4, elements=st.integers(0, 1)),
    size=st.integers(1, 5),
)
def test_round_trip_is_exact_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory,
    values: np.ndarray,
    pt: np.ndarray,
    y: np.ndarray,
    size: int,
) -> None:
    particles = np.zeros((4, 700, 3), dtype=np.float32)
    particles[:, :5] = values
    particles[:, :5, 0] = pt
    events = Events(particles, y)
    path = tmp_path_factory.mktemp("round") / "e.h5"
    write(path, events)
    assert same(joined(path, size), events)


def test_slices_are_written_like_the_whole(tmp_path: Path) -> None:
    events = some_events(11)
    parts = [Events(events.padded[i : i + 4], events.labels[i : i + 4]) for i in (0, 4, 8)]
    write(tmp_path / "a.h5", events, {"edition": "twin"})
    write(tmp_path / "b.h5", iter(parts), {"edition": "twin"}, total=11)
    assert same(joined(tmp_path / "b.h5"), events)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.h5", "b.h5"]


def test_the_same_events_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.h5", "b.h5"):
        write(tmp_path / name, some_events(7), {"edition": "twin", "seed": 3})
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize("total", [9, 11])
def test_a_wrong_total_leaves_the_old_file(tmp_path: Path, total: int) -> None:
    path = tmp_path / "e.h5"
    path.write_text("old")
    with pytest.raises(InputError, match="came to be written"):
        write(path, iter([some_events()]), total=total)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["e.h5"]


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    events = some_events(3)
    with pytest.raises(RequestError, match="number of events"):
        write(tmp_path / "e.h5", iter([events]))
    with pytest.raises(RequestError, match="attribute 'Not so'"):
        write(tmp_path / "e.h5", events, {"Not so": 1})
    with pytest.raises(InputError, match="no folder"):
        write(tmp_path / "none" / "e.h5", events)
    with pytest.raises(InputError, match=r"shape \(3, 600, 3\)"):
        write(tmp_path / "e.h5", Events(events.padded[:, :600], events.labels))
    events.padded[2, 0, 1] = np.nan
    with pytest.raises(InputError, match=r"event 5 has a value that is NaN.* among events 3 to 5"):
        write(tmp_path / "e.h5", iter([some_events(3), events]), total=6)
    assert list(tmp_path.iterdir()) == []


def test_provenance_comes_back(tmp_path: Path) -> None:
    said = {"edition": "twin", "recipe": '{"name": "µ"}', "seed": 3, "share": 0.5, "note": ""}
    write(tmp_path / "e.h5", some_events(3), said)
    assert provenance(tmp_path / "e.h5") == said
    write(tmp_path / "other.h5", some_events(3))
    assert provenance(tmp_path / "other.h5") is None
    with h5py.File(tmp_path / "other.h5", "a") as f:
        f.attrs["bench_edition"] = np.arange(3)
    with pytest.raises(InputError, match="bench_edition is neither a text nor a number"):
        provenance(tmp_path / "other.h5")


@official
def test_the_official_sample(tmp_path: Path) -> None:
    events = joined(OFFICIAL, 150)
    assert (len(events), int(events.labels.sum())) == (400, 35)
    write(tmp_path / "ours.h5", events)
    with h5py.File(OFFICIAL) as theirs, h5py.File(tmp_path / "ours.h5") as ours:
        for node in ("/", "df", "df/axis0", "df/axis1", "df/block0_items", "df/block0_values"):
            assert attributes(ours[node]) == attributes(theirs[node]), node
            if isinstance(theirs[node], h5py.Dataset):
                assert np.array_equal(ours[node], theirs[node])
                assert ours[node].dtype == theirs[node].dtype
        assert ours["df/block0_values"].chunks == theirs["df/block0_values"].chunks


def attributes(node: h5py.HLObject) -> dict[str, object]:
    """All attributes with their HDF5 types, but for `name`, which pandas pickles."""
    typed = {}
    for key in node.attrs:
        kind = h5py.h5a.open(node.id, key.encode()).get_type()
        typed[key] = (str(node.attrs[key]), kind.get_class(), kind.get_size())
    typed.pop("name", None)
    return typed
