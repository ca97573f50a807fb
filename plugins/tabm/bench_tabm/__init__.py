"""TabM on numbers, by the package of that name: many perceptrons in one, which share weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench_networks import NetworkModel

import bench

if TYPE_CHECKING:
    from torch import nn

    from bench_tabm.network import Ensemble


@dataclass(frozen=True)
class TabM(NetworkModel):
    """An ensemble of perceptrons that share most weights, on the standardised features (TabM)."""

    name = "tabm"
    reads = frozenset({"numbers"})
    trainable_views = frozenset({"numbers"})
    stem_of = "numbers"
    encoder = "numbers"

    members: int = 16
    """Perceptrons in the ensemble; the package's own default is 32, at twice the time."""
    layers: int = 3
    """Hidden layers of each, with ReLU behind them."""
    units: int = 128
    """Units of each layer; the package's own default is 512."""
    dropout: float = 0.1
    """Share of each hidden layer's units that a step goes without."""
    lr: float = 2e-3
    """Learning rate at the start; it falls to a third whenever `patience` is half spent."""
    weight_decay: float = 3e-4
    """Decoupled weight decay (AdamW)."""
    epochs: int = 100
    """Passes over the train split at most; early stopping ends it before."""
    patience: int = 10
    """Epochs without a better log loss on the valid split before it stops."""

    def __post_init__(self) -> None:
        """Refuse what no such network can have."""
        super().__post_init__()
        if min(self.members, self.layers, self.units) < 1 or not 0 <= self.dropout < 1:
            raise ValueError("wanted members, layers, units of at least 1, and 0 <= dropout < 1")

    def form(self, train: bench.Inputs) -> dict[str, Any]:
        """Width of the numbers, and size of the ensemble."""
        sizes = {name: getattr(self, name) for name in ("members", "layers", "units", "dropout")}
        return {"d": len(train.views["numbers"][0]), **sizes}

    def build(self, form: Mapping[str, Any], stem: nn.Module | None) -> Ensemble:
        """The ensemble, behind the stem of the encoder if it brings one."""
        from bench_tabm.network import Ensemble

        return Ensemble(form, stem)


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """TabM."""
    return [TabM]
