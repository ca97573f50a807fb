"""The network: numbers scaled as in the train split, then TabM, which gives a logit a member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import tabm
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
    members: int
    layers: int
    units: int
    dropout: float
    has_stem: bool = False
    """Whether a network of the encoder's stands between scaling and ensemble."""


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


class Ensemble(nn.Module):
    """TabM of one logit a member, behind the stem that an encoder brings, if any.

    Source: Gorishniy, Kotelnikov and Babenko, TabM, ICLR 2025 (arXiv:2410.24210).
    """

    def __init__(self, shape: Shape, stem: nn.Module | None = None) -> None:
        super().__init__()
        self.shape = shape
        self.scaler = Scaler(shape.d)
        self.stem = nn.Identity() if stem is None else stem
        with torch.no_grad():
            width = self.stem(torch.zeros(1, shape.d)).shape[-1]
        self.members = tabm.TabM.make(
            n_num_features=width,
            d_out=1,
            k=shape.members,
            n_blocks=shape.layers,
            d_block=shape.units,
            dropout=shape.dropout,
        )

    def forward(self, numbers: Tensor) -> Tensor:
        """(b, d) numbers in their columns' units -> (b, k), the logit of signal of each member."""
        logits: Tensor = self.members(self.stem(self.scaler(numbers)))  # (b, k, 1)
        return logits.squeeze(-1)

    def probability(self, numbers: Tensor) -> Tensor:
        """(b, d) numbers -> (b,) float64: the mean of the members' probabilities, as published."""
        return torch.sigmoid(self(numbers).double()).mean(dim=1)
