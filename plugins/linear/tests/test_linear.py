"""linear: it learns a weighted sum, heeds weights, and scores the same in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench_linear import LogisticRegression
from sklearn.metrics import roc_auc_score

import bench


def inputs(n: int, seed: int = 0) -> bench.Inputs:
    """Signal is where a sum of two of four features, of very different size, is large."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    y = (x[:, 0] - x[:, 1] + rng.normal(0, 0.5, n) > 0).astype(np.int8)
    x = x * np.float32([1e3, 1e-3, 1, 0]) + np.float32([5e3, 0, 0, 7])  # the last one is constant
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Inputs({"numbers": x}, y, ids, np.ones(n))


def context(folder: Path) -> bench.Context:
    return bench.Context(data=folder, scratch=folder, checkpoints=folder)


@pytest.fixture
def fitted(tmp_path: Path) -> object:
    return LogisticRegression().fit(inputs(2000), inputs(10, 1), context(tmp_path))


def test_it_learns_a_weighted_sum(fitted: object) -> None:
    test = inputs(1000, 2)
    scores = fitted.score(test)
    assert scores.shape == (1000,)
    assert roc_auc_score(test.y, scores) > 0.95
    assert ((scores > 0) & (scores < 1)).all()
    assert abs(roc_auc_score(test.y, fitted.score(test.permuted("numbers", 0))) - 0.5) < 0.08


def test_its_probabilities_are_calibrated(fitted: object) -> None:
    test = inputs(20_000, 3)
    scores = fitted.score(test)
    inside = (scores > 0.6) & (scores < 0.8)
    assert abs(test.y[inside].mean() - scores[inside].mean()) < 0.05


def test_an_events_score_does_not_depend_on_the_others(fitted: object) -> None:
    test = inputs(50, 2)
    one_by_one = [fitted.score(test.take(np.array([i])))[0] for i in range(50)]
    assert one_by_one == fitted.score(test).tolist()


def test_weights_count_as_events_do(tmp_path: Path) -> None:
    train = inputs(400)
    twice = train.take(np.concatenate([np.arange(400), np.flatnonzero(train.y)]))
    heavy = replace(train, weights=1.0 + train.y)
    test = inputs(100, 2)
    model = LogisticRegression()
    by_weight = model.fit(heavy, test, context(tmp_path))
    # standardised as the events are there, not as they weigh: the sum is the same all the same
    by_count = model.fit(twice, test, context(tmp_path))
    assert np.allclose(by_weight.score(test), by_count.score(test), atol=0.01)
    plain = model.fit(train, test, context(tmp_path))
    assert (by_weight.score(test) > plain.score(test)).mean() > 0.9


def test_the_same_events_give_the_same_fit(tmp_path: Path) -> None:
    test = inputs(100, 2)
    one, same = (
        LogisticRegression().fit(inputs(500), inputs(10, 1), context(tmp_path)).score(test)
        for _ in range(2)
    )
    assert np.array_equal(one, same)


def test_a_fresh_process_scores_the_same(fitted: object, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["weights.npz"]
    np.save(tmp_path / "x.npy", inputs(100, 2).views["numbers"])
    code = """
import sys, numpy as np, bench
from pathlib import Path
from bench_linear import LogisticRegression
folder = Path(sys.argv[1])
x = np.load(folder / "x.npy")
n = len(x)
y, ids = np.zeros(n, np.int8), np.arange(n, dtype=np.uint64)
inputs = bench.Inputs({"numbers": x}, y, ids, np.ones(n))
where = bench.Context(data=folder, scratch=folder, checkpoints=folder)
np.save(folder / "scores.npy", LogisticRegression().load(folder, where).score(inputs))
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert np.array_equal(np.load(tmp_path / "scores.npy"), fitted.score(inputs(100, 2)))
