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
DRAWN = 256
"""Events that are drawn to see how far apart the vectors of an untrained network are."""
TINY = 1e-6
"""A spread below which a number is the same everywhere."""


class SetNetwork(nn.Module):
    """Vectors of an event that do not depend on the order of a jet's particles.

    Averages over many particles are nearly the same in all events as long as nothing is trained. So
    they are scaled to be as far apart as features are; a language model that also reads a text
    would pass over anything smaller.
    """

    mean: Tensor  # (d,)
    spread: Tensor  # (d,)
    pooled_mean: Tensor  # (vectors * width,)
    pooled_spread: Tensor  # (vectors * width,)

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
        with torch.no_grad():
            spread_of, mean_of = torch.std_mean(self._pooled(self._drawn()), dim=0, correction=0)
        self.register_buffer("pooled_mean", mean_of)
        self.register_buffer("pooled_spread", torch.where(spread_of < TINY, 1.0, spread_of))

    def forward(self, numbers: Tensor) -> Tensor:
        """(b, d) numbers scaled by the train split's mean and spread -> (b, vectors * width)."""
        return (self._pooled(numbers) - self.pooled_mean) / self.pooled_spread

    def _drawn(self) -> Tensor:
        """Events whose scaled numbers are each as likely as in the train split: (n, d)."""
        draw = torch.Generator().manual_seed(0)
        numbers = torch.randn(DRAWN, len(self.mean), generator=draw)
        flags = slice(EACH - 1, None, EACH)
        real = torch.rand(DRAWN, len(self.mean) // EACH, generator=draw) < self.mean[flags]
        numbers[:, flags] = (real.float() - self.mean[flags]) / self.spread[flags]
        return numbers

    def _pooled(self, numbers: Tensor) -> Tensor:
        """What each vector's heed makes of all particles, as it comes: (b, vectors * width)."""
        plain = (numbers * self.spread + self.mean).unflatten(1, (len(JETS), -1, EACH))
        real = self._real(numbers)  # (b, 2 most)
        said = (plain[..., :-1] - self.centre) / self.size
        jets = torch.eye(len(JETS), device=plain.device)[:, None].expand(*said.shape[:-1], -1)
        made = self.particle(torch.cat([said, jets], dim=-1).flatten(1, 2))  # (b, 2 most, width)
        heed = self.queries(made) / math.sqrt(made.shape[-1])  # (b, 2 most, vectors)
        heed = heed.masked_fill(~real[..., None], -1e4).softmax(dim=1)
        pooled = torch.einsum("bpk,bpw->bkw", heed, self.values(made))
        return pooled.flatten(1)

    def _real(self, numbers: Tensor) -> Tensor:
        """Where there are particles, by the sign of what is 1 there and scaled: (b, 2 most).

        Its size says less: a model may cut scaled numbers off. It is 0 where all are the same.
        """
        said, mean = numbers[:, EACH - 1 :: EACH], self.mean[EACH - 1 :: EACH]
        return (said > 0) | ((said == 0) & (mean > 0.5))
