"""numbers-bins: each feature fills its bins, and a weighted sum of bins bends where it has to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench_numbers_bins import QuantileBins

import bench
from bench.testing import check_encoder, excerpt


def table(*columns: np.ndarray) -> bench.Table:
    n = len(columns[0])
    x = np.stack(columns, axis=1).astype(np.float32)
    names = tuple(bench.Column(f"c{i}", "1", "a number") for i in range(len(columns)))
    y = (np.arange(n) % 2).astype(np.int8)
    return bench.Table(names, x, y, np.arange(n, dtype=np.uint64), np.ones(n))


def encoded(train: bench.Table, bins: int, *columns: np.ndarray) -> np.ndarray:
    encoder = QuantileBins(bins=bins)
    return encoder.encode(table(*columns), encoder.learn(train))["numbers"]


def test_conforms() -> None:
    check_encoder(QuantileBins())
    check_encoder(QuantileBins(bins=3))


def test_a_value_fills_the_bins_below_it_and_its_own_as_far_as_it_goes() -> None:
    train = table(np.array([0.0, 1.0, 2.0, 4.0]))
    got = encoded(train, 3, np.array([0.0, 0.5, 1.0, 3.0, 4.0]))
    expected = [[0, 0, 0], [0.5, 0, 0], [1, 0, 0], [1, 1, 0.5], [1, 1, 1]]
    assert np.allclose(got, expected)


def test_beyond_the_train_split_the_outermost_bins_go_on() -> None:
    train = table(np.array([0.0, 1.0, 2.0]))
    assert np.allclose(encoded(train, 2, np.array([-1.0, 4.0])), [[-1, 0], [1, 3]])


def test_a_constant_feature_has_no_bin_and_few_values_have_few() -> None:
    train = table(np.ones(10), np.arange(10) % 2, np.arange(10.0))
    assert encoded(train, 4, np.ones(2), np.zeros(2), np.zeros(2)).shape == (2, 2 + 4)


def test_order_among_train_events_is_kept_in_the_sum() -> None:
    events = excerpt()
    encoder = QuantileBins(bins=8)
    numbers = encoder.encode(events, encoder.learn(events))["numbers"]
    first = numbers[:, :8].sum(axis=1)
    assert (
        np.corrcoef(np.argsort(np.argsort(first)), np.argsort(np.argsort(events.x[:, 0])))[0, 1]
        > 0.999
    )


def test_bins_are_learned_from_the_train_split_alone() -> None:
    events = excerpt()
    encoder = QuantileBins()
    learned = encoder.learn(events)
    half = events.take(np.arange(100))
    shifted = replace(half, x=half.x * 2)
    assert not np.allclose(
        encoder.encode(shifted, learned)["numbers"], encoder.encode(half, learned)["numbers"]
    )


def test_no_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        QuantileBins(bins=0)
