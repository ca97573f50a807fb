"""The best classifier of `known`: the exact likelihood ratio, which learns a class ratio alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "prior.json"


@dataclass(frozen=True)
class KnownOptimum(bench.Model):
    """The exact P(signal) of events of `known`, from the densities that they were drawn from."""

    name = "known-optimum"
    reads = frozenset({"numbers"})
    encoder = "numbers"
    depends_on = frozenset()  # a yardstick: it does not learn from labels, and need not

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Exact:
        """Take the share of signal in the train split; all else is known."""
        signal, total = float(train.weights[train.y == 1].sum()), float(train.weights.sum())
        if not 0 < signal < total:
            raise bench.InputError("the train sample has one class only")
        return Exact(signal / total)

    def load(self, folder: Path, context: bench.Context) -> Exact:
        """The share as `Exact.save` wrote it."""
        return Exact(**json.loads((folder / FILE).read_text()))


@dataclass(frozen=True)
class Exact:
    """Bayes' theorem with the true densities."""

    share: float
    """Of signal among all events."""

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """P(signal) of each event: (n,).

        Raises:
            InputError: not the 18 features of `known`.
        """
        import numpy as np
        from scipy.special import expit, logit

        from bench_known.columns import COLUMNS
        from bench_known.density import log_ratio

        x = np.asarray(inputs.views["numbers"], dtype=np.float64)
        if x.ndim != 2 or x.shape[1] != len(COLUMNS):
            raise bench.InputError(
                f"numbers of shape {x.shape}, wanted the {len(COLUMNS)} features of known"
            )
        return np.asarray(expit(log_ratio(x) + logit(self.share)), dtype=np.float64)

    def save(self, folder: Path) -> None:
        """One number, as JSON."""
        (folder / FILE).write_text(json.dumps({"share": self.share}))


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """The optimum."""
    return [KnownOptimum]
