"""gbt: it learns, it stops early, it is saved as UBJ, it scores the same in a fresh process."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bench_gbt import BoostedTrees

import bench


def inputs(n: int, seed: int = 0) -> bench.Inputs:
    """Signal is where the product of two features is above zero, with some noise."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] + rng.normal(0, 0.2, n) > 0).astype(np.int8)
    ids = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    return bench.Inputs({"numbers": x}, y, ids, np.ones(n))


def context(folder: Path, seed: int = 0) -> bench.Context:
    return bench.Context(data=folder, scratch=folder, checkpoints=folder, seed=seed)


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> object:
    return BoostedTrees().fit(inputs(2000), inputs(500, 1), context(tmp_path_factory.mktemp("f")))


def test_it_learns_what_no_single_feature_tells(trees: object) -> None:
    from sklearn.metrics import roc_auc_score

    test = inputs(1000, 2)
    scores = trees.score(test)
    assert scores.shape == (1000,)
    assert roc_auc_score(test.y, scores) > 0.92
    assert abs(roc_auc_score(test.y, trees.score(test.permuted("numbers", 0))) - 0.5) < 0.08


def test_a_device_that_is_not_here_is_told(tmp_path: Path) -> None:
    assert BoostedTrees().device_problem("cuda:7") or shutil.which("nvidia-smi")


def test_it_stops_early_and_keeps_the_best_trees(tmp_path: Path) -> None:
    losses: dict[int, float] = {}
    watched = bench.Context(
        data=tmp_path,
        scratch=tmp_path,
        checkpoints=tmp_path,
        log=lambda step, scalars: losses.update({step: scalars["valid_loss"]}),
    )
    fitted = BoostedTrees(patience=5, learning_rate=0.5).fit(inputs(500), inputs(200, 1), watched)
    best = min(losses, key=losses.__getitem__)
    assert fitted.booster.num_boosted_rounds() == best + 1
    assert len(losses) == best + 1 + 5


def test_a_fresh_process_scores_the_same(trees: object, tmp_path: Path) -> None:
    trees.save(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["model.ubj"]
    np.save(tmp_path / "x.npy", inputs(50, 2).views["numbers"])
    code = (
        "import sys, numpy as np, bench; from pathlib import Path;"
        "from bench_gbt import BoostedTrees; f = Path(sys.argv[1]); x = np.load(f / 'x.npy');"
        "c = bench.Context(f, f, f); n = len(x);"
        "y, ids, weights = np.zeros(n, 'i1'), np.arange(n).astype('u8'), np.ones(n);"
        "i = bench.Inputs({'numbers': x}, y, ids, weights);"
        "np.save(f / 's.npy', BoostedTrees().load(f, c).score(i))"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True)
    assert (np.load(tmp_path / "s.npy") == trees.score(inputs(50, 2))).all()


def test_the_seed_decides(tmp_path: Path) -> None:
    test = inputs(50, 2)
    one, same, other = (
        BoostedTrees(trees=20).fit(inputs(300), inputs(100, 1), context(tmp_path, s)).score(test)
        for s in (0, 0, 1)
    )
    assert (one == same).all()
    assert not (one == other).all()


def test_weights_count(tmp_path: Path) -> None:
    train = inputs(600)
    heavy = bench.Inputs(train.views, train.y, train.ids, np.where(train.y == 1, 10.0, 1.0))
    plain, weighted = (
        BoostedTrees(trees=30).fit(given, inputs(100, 1), context(tmp_path)).score(inputs(200, 2))
        for given in (train, heavy)
    )
    assert weighted.mean() > plain.mean() + 0.05
