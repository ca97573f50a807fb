"""A set network: a perceptron for each particle, and learned vectors that attend to them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from bench_particle_tokens.constituents import EACH, JETS

if TYPE_CHECKING:
    from numpy.typing import NDArray

CENTRE, SIZE = (2.0, 0.0, 0.0), (1.5, 0.4, 0.4)
"""About the mean and the spread of ln pt/GeV, and of eta and phi from the jet's axis."""


class SetNetwork(nn.Module):
    """Vectors of an event that do not depend on the order of a jet's particles."""

    mean: Tensor  # (d,)
    spread: Tensor  # (d,)

    def __init__(
        self, mean: NDArray[np.generic], spread: NDArray[np.generic], vectors: int, width: int
    ) -> None:
        super().__init__()
        for name, values in (("mean", mean), ("spread", spread)):
            plain = torch.from_numpy(np.asarray(values, dtype=np.float32))
            self.register_buffer(name, plain.clone())
        self.register_buffer("centre", torch.tensor(CENTRE))
        self.register_buffer("size", torch.tensor(SIZE))
        self.particle = nn.Sequential(
            nn.Linear(EACH - 1 + len(JETS), width), nn.SiLU(), nn.Linear(width, width), nn.SiLU()
        )
        self.queries = nn.Linear(width, vectors, bias=False)
        self.values = nn.Linear(width, width)

    def forward(self, numbers: Tensor) -> Tensor:
        """(b, d) numbers scaled by the train split's mean and spread -> (b, vectors * width)."""
        plain = (numbers * self.spread + self.mean).unflatten(1, (len(JETS), -1, EACH))
        there = (plain[..., -1] > 0.5).flatten(1)  # (b, 2 most)
        said = (plain[..., :-1] - self.centre) / self.size
        jets = torch.eye(len(JETS), device=plain.device)[:, None].expand(*said.shape[:-1], -1)
        made = self.particle(torch.cat([said, jets], dim=-1).flatten(1, 2))  # (b, 2 most, width)
        heed = self.queries(made) / math.sqrt(made.shape[-1])  # (b, 2 most, vectors)
        heed = heed.masked_fill(~there[..., None], -1e4).softmax(dim=1)
        pooled = torch.einsum("bpk,bpw->bkw", heed, self.values(made))
        return pooled.flatten(1)
