"""The network: numbers scaled as in the train split, then hidden layers, then one logit."""

from __future__ import annotations

from bench_networks.network import NumbersNetwork
from torch import Tensor, nn


class Perceptron(NumbersNetwork):
    """A multilayer perceptron of one logit, behind the stem that an encoder brings, if any."""

    def __init__(
        self, d: int, layers: int, units: int, dropout: float, stem: nn.Module | None = None
    ) -> None:
        super().__init__(d, stem)
        width = self.width
        hidden: list[nn.Module] = []
        for _ in range(layers):
            hidden += [nn.Linear(width, units), nn.SiLU(), nn.Dropout(dropout)]
            width = units
        self.layers = nn.Sequential(*hidden, nn.Linear(width, 1))

    def head(self, numbers: Tensor) -> Tensor:
        """(b, width) -> (b, 1)."""
        logits: Tensor = self.layers(numbers)
        return logits
