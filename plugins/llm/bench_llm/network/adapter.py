"""From an event's numbers to embeddings: scaled as in the train split, then a small network."""

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


@dataclass(frozen=True)
class AdapterShape:
    """The adapter's form: from d numbers to `tokens` embeddings."""

    d: int
    layers: int
    """Hidden layers, each with SiLU behind it; 0 for a linear map."""
    units: int
    """Units of a hidden layer."""
    norm: bool
    """Layer norm of what comes out."""
    scale: float
    """Factor on what comes out."""
    tokens: int = 1
    has_stem: bool = False
    """Whether a network of the encoder's stands between scaling and layers."""


class Adapter(nn.Module):
    """Embeddings of an event's numbers; in float32 whatever the language model is in."""

    def __init__(self, shape: AdapterShape, hidden: int, stem: nn.Module | None = None) -> None:
        super().__init__()
        self.shape, self.hidden = shape, hidden
        self.scaler = Scaler(shape.d)
        self.stem = nn.Identity() if stem is None else stem
        with torch.no_grad():
            width = self.stem(torch.zeros(1, shape.d)).shape[-1]
        layers: list[nn.Module] = []
        for _ in range(shape.layers):
            layers += [nn.Linear(width, shape.units), nn.SiLU()]
            width = shape.units
        layers.append(nn.Linear(width, shape.tokens * hidden))
        self.layers = nn.Sequential(*layers)
        self.norm = nn.LayerNorm(hidden) if shape.norm else nn.Identity()

    def forward(self, numbers: Tensor, dropped: Tensor | None = None) -> Tensor:
        """(b, d) numbers in their columns' units -> (b, tokens, hidden).

        Args:
            numbers: of each event.
            dropped: (b,), true where an event has to do without its numbers: its embedding is 0.
        """
        flat: Tensor = self.layers(self.stem(self.scaler(numbers)))
        made: Tensor = flat.unflatten(-1, (self.shape.tokens, self.hidden))
        made = self.norm(made) * self.shape.scale
        return made if dropped is None else made.masked_fill(dropped[:, None, None], 0.0)
