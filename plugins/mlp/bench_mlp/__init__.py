"""A multilayer perceptron on numbers, by torch: what a plain network makes of what trees read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench_networks import NetworkModel

import bench

if TYPE_CHECKING:
    from torch import nn

    from bench_mlp.network import Perceptron


@dataclass(frozen=True)
class MultilayerPerceptron(NetworkModel):
    """A multilayer perceptron on the standardised features (torch)."""

    name = "mlp"
    reads = frozenset({"numbers"})
    trainable_views = frozenset({"numbers"})
    stem_of = "numbers"
    encoder = "numbers"

    layers: int = 3
    """Hidden layers, with SiLU behind each; 0 for a weighted sum."""
    units: int = 256
    """Units of each of them."""
    dropout: float = 0.1
    """Share of each hidden layer's units that a step goes without."""

    def __post_init__(self) -> None:
        """Refuse what no such network can have."""
        super().__post_init__()
        if self.units < 1 or self.layers < 0 or not 0 <= self.dropout < 1:
            raise ValueError("wanted layers >= 0, units >= 1 and 0 <= dropout < 1")

    def form(self, train: bench.Inputs) -> dict[str, Any]:
        """Width of the numbers, and size of the network."""
        d = len(train.views["numbers"][0])
        return {"d": d, "layers": self.layers, "units": self.units, "dropout": self.dropout}

    def build(self, form: Mapping[str, Any], stem: nn.Module | None) -> Perceptron:
        """The perceptron, behind the stem of the encoder if it brings one."""
        from bench_mlp.network import Perceptron

        return Perceptron(form["d"], form["layers"], form["units"], form["dropout"], stem)


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """The perceptron."""
    return [MultilayerPerceptron]
