"""mlp: it learns, all of it moves, it scores the same in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench_mlp import MultilayerPerceptron
from sklearn.metrics import roc_auc_score

import bench

QUICK = MultilayerPerceptron(units=32, epochs=30, lr=5e-3, patience=6)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def inputs(n: int, seed: int = 0) -> bench.Inputs:
    """Signal is where the product of two features is above zero; the last column is constant."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] + rng.normal(0, 0.2, n) > 0).astype(np.int8)
    x = x * np.float32([1e3, 1e-3, 1, 0]) + np.float32([5e3, 0, 0, 7])
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Inputs({"numbers": x}, y, ids, np.ones(n))


def context(folder: Path, seed: int = 0, **options: Any) -> bench.Context:
    return bench.Context(data=folder, scratch=folder, checkpoints=folder, seed=seed, **options)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return QUICK.fit(inputs(3000), inputs(500, 1), context(tmp_path_factory.mktemp("f")))


def test_it_learns_what_no_single_feature_tells(fitted: Any) -> None:
    test = inputs(1000, 2)
    scores = fitted.score(test)
    assert scores.shape == (1000,)
    assert roc_auc_score(test.y, scores) > 0.92
    assert abs(roc_auc_score(test.y, fitted.score(test.permuted("numbers", 0))) - 0.5) < 0.08


def test_the_guards_see_all_of_it_move(tmp_path: Path) -> None:
    from bench.guards.recorder import Recorder

    state = torch.random.get_rng_state()
    recorder = Recorder(inputs(20, 3))
    watched = replace(QUICK, epochs=2).fit(
        inputs(500), inputs(100, 1), context(tmp_path, watch=recorder)
    )
    record = recorder.record
    assert record is not None
    assert record.trainable == sorted(name for name, _ in watched.network.named_parameters())
    assert record.moved == record.reached == set(record.trainable)
    assert set(record.optimized.values()) == {1}
    assert set(record.dtypes.values()) == {"float32"}
    assert torch.equal(torch.random.get_rng_state(), state)
    unwatched = replace(QUICK, epochs=2).fit(inputs(500), inputs(100, 1), context(tmp_path))
    assert (watched.score(inputs(50, 2)) == unwatched.score(inputs(50, 2))).all()


def test_a_fresh_process_scores_the_same(fitted: Any, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"form.json", "weights.safetensors"}
    np.save(tmp_path / "x.npy", inputs(50, 2).views["numbers"])
    code = (
        "import sys, numpy as np, bench; from pathlib import Path;"
        "from bench_mlp import MultilayerPerceptron; f = Path(sys.argv[1]);"
        "x = np.load(f / 'x.npy'); c = bench.Context(f, f, f); n = len(x);"
        "y, ids, weights = np.zeros(n, 'i1'), np.arange(n).astype('u8'), np.ones(n);"
        "i = bench.Inputs({'numbers': x}, y, ids, weights);"
        "np.save(f / 's.npy', MultilayerPerceptron().load(f, c).score(i))"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True)
    assert (np.load(tmp_path / "s.npy") == fitted.score(inputs(50, 2))).all()


def test_what_no_network_can_be_is_refused() -> None:
    with pytest.raises(ValueError, match="dropout"):
        MultilayerPerceptron(dropout=1.0)
    with pytest.raises(ValueError, match="batch"):
        MultilayerPerceptron(batch=0)
