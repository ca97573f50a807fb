"""The references: what they know nothing of they cannot tell; the cut picks the right feature."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bench_reference.chance import Random
from bench_reference.constant import AlwaysBackground
from bench_reference.cut import OneFeatureCut
from sklearn.metrics import roc_auc_score

import bench


def inputs(n: int, seed: int = 0, side: int = 1) -> bench.Inputs:
    """The third of four features tells signal, upwards or downwards; the last is constant."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2).astype(np.int8)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    x[:, 0] += 0.5 * y
    x[:, 2] += side * 1.5 * y
    x[:, 3] = 7.0
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Inputs({"numbers": x}, y, ids, np.ones(n))


def context(folder: Path, seed: int = 0, said: list[str] | None = None) -> bench.Context:
    notices = [] if said is None else said
    return bench.Context(
        data=folder, scratch=folder, checkpoints=folder, seed=seed, notice=notices.append
    )


@pytest.mark.parametrize("model", [AlwaysBackground(), Random(), OneFeatureCut()])
def test_what_is_loaded_scores_the_same_one_by_one(model: bench.Model, tmp_path: Path) -> None:
    fitted = model.fit(inputs(500), inputs(10, 1), context(tmp_path, seed=3))
    (tmp_path / "kept").mkdir()
    fitted.save(tmp_path / "kept")
    test = inputs(40, 2)
    loaded = model.load(tmp_path / "kept", context(tmp_path))
    one_by_one = [loaded.score(test.take(np.array([i])))[0] for i in range(40)]
    assert one_by_one == fitted.score(test).tolist()
    assert all(0 <= score <= 1 for score in one_by_one)


@pytest.mark.parametrize("model", [AlwaysBackground(), Random(), OneFeatureCut()])
def test_a_fresh_process_scores_the_same(model: bench.Model, tmp_path: Path) -> None:
    fitted = model.fit(inputs(500), inputs(10, 1), context(tmp_path, seed=3))
    (tmp_path / "kept").mkdir()
    fitted.save(tmp_path / "kept")
    test = inputs(100, 2)
    np.savez(tmp_path / "test.npz", x=test.views["numbers"], y=test.y, ids=test.ids)
    code = """
import importlib, sys, numpy as np, bench
from pathlib import Path
folder, module, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
test = np.load(folder / "test.npz")
inputs = bench.Inputs({"numbers": test["x"]}, test["y"], test["ids"], np.ones(len(test["y"])))
where = bench.Context(data=folder, scratch=folder, checkpoints=folder)
model = getattr(importlib.import_module(module), name)()
np.save(folder / "scores.npy", model.load(folder / "kept", where).score(inputs))
"""
    kind = type(model)
    words = [sys.executable, "-c", code, str(tmp_path), kind.__module__, kind.__name__]
    subprocess.run(words, check=True)
    assert np.array_equal(np.load(tmp_path / "scores.npy"), fitted.score(test))


@pytest.mark.parametrize("model", [AlwaysBackground(), Random(), OneFeatureCut()])
def test_the_same_seed_gives_the_same_scores_in_any_order(
    model: bench.Model, tmp_path: Path
) -> None:
    train, test = inputs(500), inputs(100, 2)
    one, same = (model.fit(train, train, context(tmp_path, seed=3)) for _ in range(2))
    order = np.random.default_rng(0).permutation(100)
    assert np.array_equal(one.score(test)[order], same.score(test.take(order)))


def test_the_constant_calls_nothing_signal(tmp_path: Path) -> None:
    test = inputs(100)
    scores = AlwaysBackground().fit(test, test, context(tmp_path)).score(test)
    assert scores.tolist() == [0.0] * 100
    assert roc_auc_score(test.y, scores) == 0.5


def test_chance_is_uniform_and_follows_its_seed(tmp_path: Path) -> None:
    from scipy.stats import kstest

    test = inputs(4000, 2)
    scores = [Random().fit(test, test, context(tmp_path, seed)).score(test) for seed in range(5)]
    for uniform in scores:
        assert kstest(uniform, "uniform").pvalue > 1e-3
        assert abs(roc_auc_score(test.y, uniform) - 0.5) < 0.04
    assert np.abs(np.corrcoef(scores) - np.eye(5)).max() < 0.06


@pytest.mark.parametrize(("side", "direction"), [(1, "above"), (-1, "below")])
def test_the_cut_finds_the_feature_and_its_side(side: int, direction: str, tmp_path: Path) -> None:
    said: list[str] = []
    train = inputs(2000, side=side)
    fitted = OneFeatureCut().fit(train, train, context(tmp_path, said=said))
    assert said[0].startswith(f"cut on number 3 of 4, {direction}: train AUC 0.8")
    test = inputs(1000, 2, side)
    scores = fitted.score(test)
    third = test.views["numbers"][:, 2]
    assert (np.argsort(side * third) == np.argsort(scores)).all()
    assert roc_auc_score(test.y, scores) == pytest.approx(roc_auc_score(test.y, side * third))


def test_weights_play_their_part_in_the_choice(tmp_path: Path) -> None:
    from dataclasses import replace

    train = inputs(2000)
    x = train.views["numbers"].copy()
    x[:1000, 2] = 0.0  # the third feature tells nothing in the first half
    x[1000:, 0] = 0.0  # the first nothing in the second
    x[:1000, 0] += 3 * train.y[:1000]
    half = np.where(np.arange(2000) < 1000, 100.0, 0.01)
    first = replace(train, views={"numbers": x}, weights=half)
    second = replace(train, views={"numbers": x}, weights=half[::-1])
    places = [OneFeatureCut().fit(t, t, context(tmp_path)).place for t in (first, second)]
    assert places == [0, 2]
