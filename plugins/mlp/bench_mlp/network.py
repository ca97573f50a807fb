"""The network: numbers scaled as in the train split, then hidden layers, then one logit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLIP = 10.0
"""Standard deviations from the mean at which a scaled number ends."""


@dataclass(frozen=True)
class Shape:
    """The network's form."""

    d: int
    """Numbers of an event."""
    layers: int
    units: int
    dropout: float
    has_stem: bool = False
    """Whether a network of the encoder's stands between scaling and hidden layers."""


class Scaler(nn.Module):
    """Numbers scaled to the mean and spread that they have in the train split."""

    mean: Tensor  # (d,)
    spread: Tensor  # (d,)

    def __init__(self, d: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(d))
        self.register_buffer("spread", torch.ones(d))

    def learn(self, numbers: NDArray[np.float32]) -> None:
        """Take mean and standard deviation from (n, d) numbers; a constant column becomes 0."""
        spread = numbers.std(axis=0, dtype="float64")
        spread[spread == 0] = 1.0
        self.mean.copy_(torch.from_numpy(numbers.mean(axis=0, dtype="float64")))
        self.spread.copy_(torch.from_numpy(spread))

    def forward(self, numbers: Tensor) -> Tensor:  # (b, d) -> (b, d)
        """Scaled numbers."""
        return ((numbers - self.mean) / self.spread).clamp(-CLIP, CLIP)


class Perceptron(nn.Module):
    """A multilayer perceptron of one logit, behind the stem that an encoder brings, if any."""

    def __init__(self, shape: Shape, stem: nn.Module | None = None) -> None:
        super().__init__()
        self.shape = shape
        self.scaler = Scaler(shape.d)
        self.stem = nn.Identity() if stem is None else stem
        with torch.no_grad():
            width = self.stem(torch.zeros(1, shape.d)).shape[-1]
        layers: list[nn.Module] = []
        for _ in range(shape.layers):
            layers += [nn.Linear(width, shape.units), nn.SiLU(), nn.Dropout(shape.dropout)]
            width = shape.units
        self.layers = nn.Sequential(*layers, nn.Linear(width, 1))

    def forward(self, numbers: Tensor) -> Tensor:
        """(b, d) numbers in their columns' units -> (b,), the logit of signal."""
        logits: Tensor = self.layers(self.stem(self.scaler(numbers)))  # (b, 1)
        return logits.squeeze(-1)
