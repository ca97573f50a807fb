"""numbers-bins: the bins are the train split's, and a value is told back from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench_numbers_bins import QuantileBins

import bench

COLUMNS = tuple(bench.Column(name, "GeV", "for a test") for name in ("wide", "flag", "constant"))


def table(n: int, seed: int = 0) -> bench.Table:
    """A skewed feature, a flag, a constant."""
    rng = np.random.default_rng(seed)
    x = np.stack([rng.lognormal(6, 1, n), rng.random(n) < 0.9, np.full(n, 7.0)], axis=1)
    y = (x[:, 0] > np.exp(6)).astype(np.int8)
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Table(COLUMNS, x.astype(np.float32), y, ids, np.ones(n))


def encoded(events: bench.Table, bins: int = 8) -> np.ndarray:
    encoder = QuantileBins(bins=bins)
    numbers = encoder.encode(events, encoder.learn(table(1000)))["numbers"]
    assert numbers.dtype == np.float32
    return numbers.reshape(len(events), len(COLUMNS), bins)


def test_each_bin_is_filled_from_below() -> None:
    wide = encoded(table(200, 1))[:, 0]
    inner = (wide[:, 0] >= 0) & (wide[:, -1] <= 1)
    assert inner.mean() > 0.9
    assert ((wide[inner] >= 0) & (wide[inner] <= 1)).all()
    assert ((wide[inner, :-1] == 1) | (wide[inner, 1:] == 0)).all()


def test_the_bins_hold_as_many_train_events_each() -> None:
    wide = encoded(table(1000))[:, 0]
    counts = np.bincount((wide > 0).sum(axis=1), minlength=9)[1:]
    assert (np.abs(counts - 125) <= 2).all()


def test_the_value_is_told_back_even_outside_the_train_split() -> None:
    events = table(100, 1)
    events.x[:2, 0] = (0.0, 1e5)
    encoder = QuantileBins(bins=8)
    edges = encoder.learn(table(1000))["edges"][0]
    told = edges[0] + (encoded(events)[:, 0] * np.diff(edges)).sum(axis=1)
    assert np.allclose(told, events.x[:, 0], rtol=1e-4, atol=1e-3)


def test_a_flag_is_one_bin_and_a_constant_none() -> None:
    events = table(100, 1)
    events.x[0, 2] = 8.0  # constant in the train split only
    made = encoded(events)
    assert (made[:, 1, 0] == events.x[:, 1]).all()
    assert not made[:, 1, 1:].any()
    assert not made[:, 2].any()


def test_an_event_stands_for_itself_and_its_label_plays_no_part() -> None:
    events = table(50, 1)
    whole = encoded(events)
    assert (encoded(events.take(np.arange(49, -1, -3))) == whole[::-3]).all()
    assert (encoded(replace(events, y=1 - events.y, weights=events.weights * 3)) == whole).all()


def test_a_weighted_sum_learns_a_window_from_it(tmp_path: Path) -> None:
    linear = pytest.importorskip("bench_linear").LogisticRegression()
    where = bench.Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    train, encoder = table(2000), QuantileBins()
    inside = (np.abs(np.log(train.x[:, 0]) - 6) < 0.7).astype(np.int8)
    right = []
    for numbers in (train.x, encoder.encode(train, encoder.learn(train))["numbers"]):
        inputs = bench.Inputs({"numbers": numbers}, inside, train.ids, train.weights)
        scores = linear.fit(inputs, inputs, where).score(inputs)
        right.append(((scores > 0.5) == inside).mean())
    assert right[0] < 0.7
    assert right[1] > 0.95


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="wanted 1 to 1024"):
        QuantileBins(bins=0)
    with pytest.raises(bench.InputError, match="learned of 2 features, got 3"):
        QuantileBins().encode(table(5), {"edges": np.zeros((2, 17))})
