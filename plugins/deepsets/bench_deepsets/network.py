"""The network: particles scaled as in the train split, each through a network, summed by jet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from bench_networks.particles import TINY, ParticlesNetwork
from torch import Tensor, nn

import bench
from bench_deepsets import columns

if TYPE_CHECKING:
    from bench_networks.network import Arrays

TYPICAL = 32.0
"""Particles of a jet, by which sums are divided, so that they are of the size of one."""
LOOKED_AT = 1024
"""Events that the sums are scaled by."""
SHARE, LEAD, SECOND = (
    bench.PARTICLE.index(name) for name in (columns.SHARE, columns.LEAD, columns.SECOND)
)
DIRECTIONS = [bench.PARTICLE.index(name) for name in columns.DIRECTIONS]
GROUPS = 3
"""What is summed over: the leading jet, the second one, what is in neither."""


@dataclass(frozen=True)
class Shape:
    """The network's form."""

    f: int
    """Numbers of a particle."""
    flow: str
    layers: int
    units: int
    latent: int
    dropout: float


class FlowNetwork(ParticlesNetwork):
    """A network for each particle, sums over each jet, and a network for the event."""

    sums_mean: Tensor  # (3 * latent,)
    sums_spread: Tensor  # (3 * latent,)

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape.f)
        self.shape = shape
        self.register_buffer("sums_mean", torch.zeros(GROUPS * shape.latent))
        self.register_buffer("sums_spread", torch.ones(GROUPS * shape.latent))
        width = shape.f if shape.flow == "particle" else len(DIRECTIONS)
        self.particle = _perceptron(width, shape.latent, shape, 0.0)
        self.event = _perceptron(GROUPS * shape.latent, 1, shape, shape.dropout)

    def learn(self, arrays: Arrays) -> None:
        """Scale particles, and the sums of the untrained network, to what they are in events.

        The sums of untrained networks differ little from event to event: unscaled, some would
        give every event the same score for as long as an epoch.
        """
        super().learn(arrays)
        n = len(arrays[0])
        rows = np.linspace(0, n - 1, min(n, LOOKED_AT)).astype(int)
        with torch.no_grad():
            sums = self.sums(*(torch.from_numpy(array[rows]) for array in arrays))
        spread, mean = torch.std_mean(sums, dim=0, correction=0)
        self.sums_mean.copy_(mean)
        self.sums_spread.copy_(torch.where(spread < TINY, 1.0, spread))

    def forward(self, particles: Tensor, mask: Tensor) -> Tensor:
        """(b, p, f) particles and (b, p) where they are -> (b,), the logit of signal."""
        scaled = (self.sums(particles, mask) - self.sums_mean) / self.sums_spread
        logits: Tensor = self.event(scaled)
        return logits.squeeze(-1)

    def sums(self, particles: Tensor, mask: Tensor) -> Tensor:
        """The sums over each group of particles: (b, 3 * latent)."""
        real = particles[mask]  # (m, f)
        scaled = self.scaler(real)
        if self.shape.flow == "energy":
            scaled = scaled[:, DIRECTIONS]
        made = real.new_zeros(*mask.shape, self.shape.latent)
        made[mask] = self.particle(scaled)
        return torch.einsum("bpg,bpl->bgl", self._weights(particles, mask), made).flatten(1)

    def _weights(self, particles: Tensor, mask: Tensor) -> Tensor:
        """What each particle counts for in the sum of each group: (b, p, 3)."""
        lead, second = particles[..., LEAD], particles[..., SECOND]
        groups = torch.stack([lead, second, 1 - lead - second], dim=-1) * mask[..., None]
        if self.shape.flow == "energy":
            return groups * particles[..., SHARE, None].exp()
        return groups / TYPICAL


def _perceptron(width: int, out: int, shape: Shape, dropout: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for _ in range(shape.layers):
        layers += [nn.Linear(width, shape.units), nn.SiLU(), nn.Dropout(dropout)]
        width = shape.units
    return nn.Sequential(*layers, nn.Linear(width, out))
