"""How far each feature moves the log odds of an event: exact TreeSHAP of shallow trees."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import bench
from bench_llm.explaining.draws import uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS = 3
"""An event's attributions come from trees that were fitted without its third of the events."""
SEED = 314_159
"""Of the folds, so that they have nothing to do with the splits, which go by event ids too."""
SETTINGS: Mapping[str, Any] = {
    "objective": "binary:logistic",
    "base_score": 0.5,
    "tree_method": "hist",
    "max_depth": 3,
    "eta": 0.1,
    "min_child_weight": 10.0,
    "lambda": 5.0,
    "nthread": 1,
}
"""Shallow and well regularised, so that what they say holds for events that they never saw."""


@dataclass(frozen=True)
class Forest:
    """Trees of each fold."""

    trees: int

    def learn(self, train: bench.Table) -> dict[str, NDArray[np.generic]]:
        """The trees of each fold as UBJ bytes, `trees_0` and so on.

        Both classes weigh the same, so that what has no effect leaves an event at even odds.

        Raises:
            RequestError: xgboost is not installed.
        """
        xgboost = _xgboost()
        learned: dict[str, NDArray[np.generic]] = {}
        fold = folds(train.ids)
        for k in range(FOLDS):
            rest = np.flatnonzero(fold != k)
            rest = rest if len(rest) else np.arange(len(train))
            weights, y = train.weights[rest].copy(), train.y[rest]
            for mine in (y == 0, y == 1):
                weights[mine] *= len(y) / 2 / weights[mine].sum()
            matrix = xgboost.DMatrix(train.x[rest], label=y, weight=weights)
            booster = xgboost.train(dict(SETTINGS), matrix, num_boost_round=self.trees)
            learned[f"trees_{k}"] = np.frombuffer(booster.save_raw("ubj"), dtype=np.uint8)
        return learned


def contributions(
    table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
) -> NDArray[np.float32]:
    """How far each feature moves the log odds of each event towards signal: (n, d).

    S. Lundberg et al., Nature Machine Intelligence 2 (2020) 56.

    Raises:
        RequestError: xgboost is not installed.
    """
    xgboost = _xgboost()
    made = np.zeros(table.x.shape, dtype=np.float32)
    fold = folds(table.ids)
    for k in range(FOLDS):
        rows = np.flatnonzero(fold == k)
        if len(rows):
            booster = xgboost.Booster({"nthread": 1})
            booster.load_model(bytearray(learned[f"trees_{k}"].tobytes()))
            given = booster.predict(xgboost.DMatrix(table.x[rows]), pred_contribs=True)
            made[rows] = given[:, :-1]  # the last one is the same for all events
    return made


def folds(ids: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The fold of each event, which follows from its id alone: (n,), 0 to `FOLDS` - 1."""
    return (uniform(ids, SEED) * FOLDS).astype(np.int64)


def _xgboost() -> Any:
    state = random.getstate()
    try:
        import xgboost
    except ImportError as error:
        raise bench.RequestError(
            "explanations are learned from trees, and xgboost is not installed; "
            "pip install 'bench-llm[explain]'"
        ) from error
    finally:
        random.setstate(state)  # its import draws of what others draw from
    return xgboost
