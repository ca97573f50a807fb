"""Splits by event id, class ratios, sizes and weights."""

from __future__ import annotations

import re
import struct
from fractions import Fraction
from hashlib import blake2b

import numpy as np
import pytest

from bench.api.errors import InputError, RequestError
from bench.api.table import Column, Table
from bench.data.sampling import Sample, draw, signal_fraction
from bench.data.splits import SPLITS, split_rows
from bench.data.used_events import UsedEvents
from bench.storage.fingerprint import event_ids
from bench.storage.request import read_size


def table(
    signal: int = 3000, background: int = 9000, natural: float = 0.01, seed: int = 1
) -> Table:
    rng = np.random.default_rng(seed)
    n = signal + background
    y = np.repeat([1, 0], [signal, background]).astype(np.int8)
    weights = np.where(y == 1, natural / max(signal, 1), (1 - natural) / background)
    return Table(
        columns=(Column("a", "GeV", "a feature"),),
        x=rng.normal(size=(n, 1)).astype(np.float32),
        y=y,
        ids=rng.integers(0, 2**64, size=n, dtype=np.uint64),
        weights=weights,
    )


RATIOS = ("natural", "1:1", "1:10", "all-signal")


def test_an_events_id_is_a_hash_of_its_features_in_float32() -> None:
    x = np.array([[1.5, -2.0], [0.1, 3.0]])
    rows = [struct.pack("<2f", *row) for row in x]
    hashes = [blake2b(row, digest_size=8).digest() for row in rows]
    ids = event_ids(x)
    assert ids.dtype == np.uint64
    assert ids.tolist() == [int.from_bytes(hashed, "little") for hashed in hashes]
    for same in (x.astype(np.float32), np.asfortranarray(x), x[::-1][::-1]):
        assert event_ids(same).tolist() == ids.tolist()
    assert event_ids(x[:, ::-1]).tolist() != ids.tolist()
    assert event_ids(x[:0]).shape == (0,)


def test_an_events_id_does_not_tell_the_two_noughts_apart() -> None:
    assert len(set(event_ids(np.array([[0.0, 1.0], [-0.0, 1.0]])))) == 1


def test_every_event_is_in_exactly_one_split() -> None:
    ids = table().ids
    inside = np.stack([split_rows(ids, split) for split in ("train", "valid", "test")])
    assert (inside.sum(axis=0) == 1).all()
    shares = inside.mean(axis=1)
    expected = [high - low for low, high in (SPLITS[s] for s in ("train", "valid", "test"))]
    assert np.allclose(shares, expected, atol=0.02)


def test_the_edges_of_the_ids_belong_to_a_split() -> None:
    edges = np.array([0, 2**63, 2**64 - 1], dtype=np.uint64)
    assert split_rows(edges, "train").tolist() == [True, False, False]
    assert split_rows(edges, "test").tolist() == [False, False, True]


def test_samples_of_all_ratios_never_leave_their_split() -> None:
    whole = table()
    by_split = {
        split: set().union(*(draw(whole, Sample(split, ratio)).ids.tolist() for ratio in RATIOS))
        for split in ("train", "valid", "test")
    }
    assert not by_split["train"] & by_split["valid"]
    assert not by_split["train"] & by_split["test"]
    assert not by_split["valid"] & by_split["test"]
    assert min(map(len, by_split.values())) > 500


def test_a_sample_does_not_depend_on_the_order_of_the_file() -> None:
    whole = table()
    shuffled = whole.take(np.random.default_rng(5).permutation(len(whole)))
    for ratio in RATIOS:
        one, other = (draw(t, Sample("test", ratio, 200)) for t in (whole, shuffled))
        assert one.ids.tolist() == other.ids.tolist()
        assert (one.x == other.x).all()


def test_more_events_in_the_file_move_none_between_splits() -> None:
    whole = table()
    part = whole.take(np.arange(0, len(whole), 2))
    ids = set(part.ids[split_rows(part.ids, "test")].tolist())
    assert ids <= set(whole.ids[split_rows(whole.ids, "test")].tolist())


def test_a_smaller_sample_is_part_of_a_larger_one() -> None:
    small, large = (draw(table(), Sample("test", "1:10", n)) for n in (300, 900))
    assert set(small.ids.tolist()) < set(large.ids.tolist())


@pytest.mark.parametrize(
    ("ratio", "signal", "background"),
    [("1:1", 550, 550), ("1:10", 100, 1000), ("natural", 11, 1089)],
)
def test_class_ratios_and_sizes(ratio: str, signal: int, background: int) -> None:
    drawn = draw(table(), Sample("test", ratio, signal + background))
    assert (int((drawn.y == 1).sum()), int((drawn.y == 0).sum())) == (signal, background)
    assert (drawn.weights == 1).all()


def test_all_signal_takes_every_signal_event_and_weighs_back_to_nature() -> None:
    whole = table()
    drawn = draw(whole, Sample("all", "all-signal", 2000))
    assert int((drawn.y == 1).sum()) == 3000
    assert int((drawn.y == 0).sum()) == 2000
    assert signal_fraction(drawn) == pytest.approx(0.01)
    assert (drawn.weights[drawn.y == 1] == 1).all()


def test_without_a_size_a_sample_is_as_large_as_it_can_be() -> None:
    whole = table(signal=100)
    drawn = draw(whole, Sample("all", "1:1"))
    assert len(drawn) == 200
    assert len(draw(whole, Sample("all", "1:10", most=50))) == 50


def test_a_dataset_without_signal_can_be_drawn_naturally() -> None:
    whole = table(signal=0, natural=0.0)
    assert len(draw(whole, Sample("all", "natural", 500))) == 500
    assert len(draw(whole, Sample("all", "all-signal", 500))) == 500


@pytest.mark.parametrize("ratio", RATIOS)
def test_more_than_there_is_is_refused(ratio: str) -> None:
    with pytest.raises(RequestError, match="the test split has"):
        draw(table(), Sample("test", ratio, 100_000))


EVERY = (*RATIOS, "1:3", "2:3", "3:1", "10:1", "1:1000", "999999:1")
SIZES = [(3000, 9000), (101, 1000), (7, 4000), (1500, 20), (2, 1), (1, 2), (0, 50), (50, 0), (0, 0)]


def works(whole: Table, ratio: str, events: int) -> bool:
    try:
        draw(whole, Sample("all", ratio, events))
    except RequestError:
        return False
    return True


@pytest.mark.parametrize("ratio", EVERY)
@pytest.mark.parametrize(("signal", "background"), SIZES)
def test_an_error_about_too_many_names_the_largest_number_that_works(
    ratio: str, signal: int, background: int
) -> None:
    whole = balanced_rows(signal, background)
    with pytest.raises(RequestError, match=r"wanted 99999 events .* split has .*; ") as caught:
        draw(whole, Sample("all", ratio, 99_999))
    if "none can be had" in str(caught.value):
        tried = np.linspace(1, signal + background + 3, 30).astype(int).tolist()
        assert not any(works(whole, ratio, n) for n in tried)
        return
    most = int(re.search(r"at most (\d+) can be had", str(caught.value)).group(1))
    assert works(whole, ratio, most)
    assert not any(works(whole, ratio, most + n) for n in (1, 2, 3, 50))


def balanced_rows(signal: int, background: int) -> Table:
    y = np.repeat([1, 0], [signal, background]).astype(np.int8)
    column = Column("a", "GeV", "a feature")
    ids = np.arange(len(y), dtype=np.uint64) << np.uint64(40)
    return Table((column,), np.zeros((len(y), 1), np.float32), y, ids, np.ones(len(y)))


@pytest.mark.parametrize("ratio", EVERY)
@pytest.mark.parametrize(("signal", "background"), SIZES)
def test_all_is_the_largest_sample_of_its_ratio_and_no_other_where_it_is_small(
    ratio: str, signal: int, background: int
) -> None:
    whole = balanced_rows(signal, background)
    try:
        drawn = draw(whole, Sample("all", ratio, "all", most=5))
    except RequestError as error:
        assert "none can be had" in str(error)  # noqa: PT017
        return
    classes = int(drawn.y.sum()), int((drawn.y == 0).sum())
    if ratio in ("natural", "all-signal"):
        assert classes == (signal, background)
    else:
        one, other = map(int, ratio.split(":"))
        assert len(drawn) == int(
            min(Fraction(signal, one), Fraction(background, other)) * (one + other)
        )
    usual = draw(whole, Sample("all", ratio))
    assert len(drawn) > 8000 or drawn.ids.tolist() == usual.ids.tolist()


@pytest.mark.parametrize(("ratio", "least"), [("1:1", 2), ("1:10", 6), ("1:3", 3), ("10:1", 6)])
def test_a_sample_of_a_ratio_has_both_classes(ratio: str, least: int) -> None:
    assert works(balanced_rows(100, 100), ratio, least)
    with pytest.raises(RequestError, match=f"of one class; wanted at least {least}"):
        draw(balanced_rows(100, 100), Sample("all", ratio, least - 1))


@pytest.mark.parametrize("ratio", ["1:1", "1:10", "natural", "all-signal"])
def test_an_empty_sample_is_refused(ratio: str) -> None:
    with pytest.raises(RequestError, match="none can be had"):
        draw(balanced_rows(0, 0), Sample("all", ratio))


@pytest.mark.parametrize(
    ("word", "size"),
    [("all", "all"), ("ALL", "all"), (" all ", "all"), ("12", 12), ("1_000", 1000)],
)
def test_a_number_of_events_is_read(word: str, size: object) -> None:
    assert read_size(word) == size


@pytest.mark.parametrize(
    "word", ["0", "-3", "1e4", "10k", "1.5", "", "every", "10 000", "nan", "½"]
)
def test_what_is_no_number_of_events_is_refused(word: str) -> None:
    with pytest.raises(RequestError, match="wanted a number of events from 1 on, or all"):
        read_size(word)


@pytest.mark.parametrize(
    ("split", "ratio", "events"),
    [("tset", "1:1", 5), ("test", "1/1", 5), ("test", "0:1", 5), ("test", "1:1", 0)],
)
def test_a_sample_that_makes_no_sense_is_refused(split: str, ratio: str, events: int) -> None:
    with pytest.raises(RequestError):
        Sample(split, ratio, events)


@pytest.mark.parametrize(("split", "use"), [("train", "trained on"), ("valid", "used to stop")])
def test_evaluating_on_one_event_of_the_fit_is_refused(split: str, use: str) -> None:
    whole = table()
    test = draw(whole, Sample("test", "1:10"))
    fitted = {name: draw(whole, Sample(name, "1:1")) for name in ("train", "valid")}
    used_events = UsedEvents.of(fitted["train"], fitted["valid"], None)
    used_events.refuse(test)
    leak = fitted[split].ids[7]
    leaking = whole.take(np.flatnonzero(np.isin(whole.ids, [*test.ids.tolist(), leak])))
    with pytest.raises(RequestError, match=f"1 of the {len(test) + 1} events .* were {use}"):
        used_events.refuse(leaking)
    later = UsedEvents.of(
        fitted["train"].take(np.arange(3)), fitted["valid"].take(np.arange(3)), used_events
    )
    with pytest.raises(RequestError, match="1 of the"):
        later.refuse(leaking)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", np.full((4, 1), np.nan, np.float32), "4 of 4 events have a feature"),
        ("x", np.zeros((4, 2), np.float32), "shape"),
        ("y", np.full(4, 2, np.int8), "labels"),
        ("weights", np.zeros(4), "weights"),
        ("ids", np.zeros(4, np.uint64), "3 of 4 events are there more than once"),
    ],
)
def test_a_table_that_is_wrong_is_refused(name: str, value: np.ndarray, message: str) -> None:
    right = {
        "columns": (Column("a", "GeV", "a feature"),),
        "x": np.zeros((4, 1), np.float32),
        "y": np.zeros(4, np.int8),
        "ids": np.arange(4, dtype=np.uint64),
        "weights": np.ones(4),
    }
    with pytest.raises(InputError, match=message):
        Table(**right | {name: value})


def test_a_column_is_had_by_its_name() -> None:
    whole = table()
    assert (whole.column("a") == whole.x[:, 0]).all()
    with pytest.raises(InputError, match="no column 'b'; there is: a"):
        whole.column("b")
