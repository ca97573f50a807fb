"""mlp: it learns, all of it moves, it scores the same in a fresh process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bench_mlp import MultilayerPerceptron
from bench_networks.testing import context, numbers, one_thread, scores_afresh, unmoved
from sklearn.metrics import roc_auc_score

QUICK = MultilayerPerceptron(units=32, epochs=30, lr=5e-3, patience=6)


@pytest.fixture(autouse=True, scope="module")
def on_one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return QUICK.fit(numbers(3000), numbers(500, 1), context(tmp_path_factory.mktemp("f")))


def test_it_learns_what_no_single_feature_tells(fitted: Any) -> None:
    test = numbers(1000, 2)
    scores = fitted.score(test)
    assert scores.shape == (1000,)
    assert roc_auc_score(test.y, scores) > 0.92
    assert abs(roc_auc_score(test.y, fitted.score(test.permuted("numbers", 0))) - 0.5) < 0.08


def test_all_of_it_moves(tmp_path: Path) -> None:
    assert not unmoved(QUICK, numbers(500), numbers(100, 1), tmp_path)


def test_a_fresh_process_scores_the_same(fitted: Any, tmp_path: Path) -> None:
    test = numbers(50, 2)
    assert (scores_afresh(QUICK, fitted, test, tmp_path) == fitted.score(test)).all()


def test_what_no_network_can_be_is_refused() -> None:
    with pytest.raises(ValueError, match="dropout"):
        MultilayerPerceptron(dropout=1.0)
    with pytest.raises(ValueError, match="batch"):
        MultilayerPerceptron(batch=0)
