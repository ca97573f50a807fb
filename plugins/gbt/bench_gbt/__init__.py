"""Gradient-boosted trees on numbers, by XGBoost: the baseline that everything has to beat."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench

if TYPE_CHECKING:
    import numpy as np
    import xgboost
    from numpy.typing import NDArray

FILE = "model.ubj"


@dataclass(frozen=True)
class BoostedTrees(bench.Model):
    """Gradient-boosted trees on the features as numbers (XGBoost)."""

    name = "gbt"
    reads = frozenset({"numbers"})
    uses_device = True
    encoder = "numbers"

    max_depth: int = 5
    """Levels of a tree."""
    learning_rate: float = 0.05
    """Shrinkage of each tree."""
    trees: int = 2000
    """Trees at most; early stopping on the valid split ends it before."""
    patience: int = 50
    """Trees without a better log loss on the valid split before it stops."""
    subsample: float = 0.8
    """Share of the train events that each tree sees."""
    columns: float = 0.8
    """Share of the features that each tree sees."""
    min_child_weight: float = 5.0
    """Sum of event weights (hessian) that a leaf has to hold."""

    def device_problem(self, device: str) -> str | None:
        """Why XGBoost has no such device; left alone, it warns and takes the CPU."""
        import xgboost

        with xgboost.config_context(verbosity=0):
            point = xgboost.DMatrix([[0.0], [1.0]], label=[0, 1])
            booster = xgboost.train({"device": device}, point, num_boost_round=1)
        taken = json.loads(booster.save_config())["learner"]["generic_param"]["device"]
        return None if taken.startswith("cuda") else "XGBoost sees no such device"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Trees:
        """Boost until the valid split's log loss no longer falls; keep the best number of trees."""
        import xgboost

        settings = {
            "objective": "binary:logistic",
            "eval_metric": "logloss",
            "tree_method": "hist",
            "max_depth": self.max_depth,
            "learning_rate": self.learning_rate,
            "subsample": self.subsample,
            "colsample_bytree": self.columns,
            "min_child_weight": self.min_child_weight,
            "seed": context.seed,
            "nthread": context.jobs,
            "device": context.device,
        }
        valid_matrix = _matrix(valid)
        with context.progress("training gbt", total=self.trees) as bar:
            booster = xgboost.train(
                settings,
                _matrix(train),
                num_boost_round=self.trees,
                evals=[(valid_matrix, "valid")],
                early_stopping_rounds=self.patience,
                callbacks=[_watcher(context, bar)],
                verbose_eval=False,
            )
        return Trees(booster[: booster.best_iteration + 1])

    def load(self, folder: Path, context: bench.Context) -> Trees:
        """Trees as `Trees.save` wrote them."""
        import xgboost

        booster = xgboost.Booster()
        booster.load_model(folder / FILE)
        return Trees(booster)


@dataclass(frozen=True)
class Trees:
    """Fitted trees."""

    booster: xgboost.Booster

    def score(self, inputs: bench.Inputs) -> NDArray[np.float32]:
        """P(signal) of each event: (n,)."""
        return self.booster.inplace_predict(inputs.views["numbers"])

    def save(self, folder: Path) -> None:
        """One UBJ file."""
        self.booster.save_model(folder / FILE)


def _matrix(inputs: bench.Inputs) -> xgboost.DMatrix:
    import xgboost

    return xgboost.DMatrix(inputs.views["numbers"], label=inputs.y, weight=inputs.weights)


def _watcher(context: bench.Context, bar: bench.Bar) -> xgboost.callback.TrainingCallback:
    """Passes progress and the valid loss on after each tree."""
    import xgboost

    class Watcher(xgboost.callback.TrainingCallback):
        def after_iteration(self, model: object, epoch: int, evals_log: Mapping[str, Any]) -> bool:
            context.log(epoch, {"valid_loss": float(evals_log["valid"]["logloss"][-1])})
            bar.advance()
            return False

    return Watcher()


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """The trees."""
    return [BoostedTrees]
