"""The network: each number, and its sine and cosine at frequencies of its own."""

from __future__ import annotations

from math import pi

import torch
from torch import Tensor, nn


class Periodic(nn.Module):
    """Numbers with their sines and cosines; the frequencies are parameters."""

    def __init__(self, features: int, frequencies: int, sigma: float) -> None:
        super().__init__()
        self.frequencies = nn.Parameter(torch.randn(features, frequencies) * sigma)

    def forward(self, numbers: Tensor) -> Tensor:
        """(b, d) -> (b, d * (1 + 2 * frequencies))."""
        angles = 2 * pi * numbers[:, :, None] * self.frequencies  # (b, d, frequencies)
        waves = torch.cat([angles.sin(), angles.cos()], dim=-1)
        return torch.cat([numbers, waves.flatten(1)], dim=1)
