"""The network: particles scaled as in the train split, each through a network, summed by jet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

import bench

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLIP = 10.0
"""Standard deviations from the mean at which a scaled number ends."""
TYPICAL = 32.0
"""Particles of a jet, by which sums are divided, so that they are of the size of one."""
CHUNK = 4096
"""Events whose particles are looked at together."""
SHARE, LEAD, SECOND = (bench.PARTICLE.index(n) for n in ("part_logptrel", "in_lead", "in_second"))
DIRECTIONS = [
    bench.PARTICLE.index(name)
    for name in ("part_deltaR", "part_deta", "part_dphi", "lead_deta", "lead_dphi")
]
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


class Scaler(nn.Module):
    """What particles have, scaled to the mean and spread over all of the train split's."""

    mean: Tensor  # (f,)
    spread: Tensor  # (f,)

    def __init__(self, f: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(f))
        self.register_buffer("spread", torch.ones(f))

    def learn(self, particles: NDArray[np.float32], mask: NDArray[np.bool_]) -> None:
        """Take mean and standard deviation; what is the same for all particles becomes 0."""
        count = max(int(mask.sum()), 1)
        mean, squares = np.zeros(particles.shape[2]), np.zeros(particles.shape[2])
        for i in range(0, len(particles), CHUNK):
            some = particles[i : i + CHUNK][mask[i : i + CHUNK]].astype(np.float64)
            mean += some.sum(axis=0) / count
            squares += (some**2).sum(axis=0) / count
        spread = np.sqrt(np.maximum(squares - mean**2, 0.0))
        spread[spread < 1e-6] = 1.0
        self.mean.copy_(torch.from_numpy(mean))
        self.spread.copy_(torch.from_numpy(spread))

    def forward(self, particles: Tensor) -> Tensor:  # (m, f) -> (m, f)
        """Scaled particles."""
        return ((particles - self.mean) / self.spread).clamp(-CLIP, CLIP)


class FlowNetwork(nn.Module):
    """A network for each particle, sums over each jet, and a network for the event."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.scaler = Scaler(shape.f)
        width = shape.f if shape.flow == "particle" else len(DIRECTIONS)
        self.particle = _perceptron(width, shape.latent, shape, 0.0)
        self.event = _perceptron(GROUPS * shape.latent, 1, shape, shape.dropout)

    def forward(self, particles: Tensor, mask: Tensor) -> Tensor:
        """(b, p, f) particles and (b, p) where they are -> (b,), the logit of signal."""
        real = particles[mask]  # (m, f)
        scaled = self.scaler(real)
        if self.shape.flow == "energy":
            scaled = scaled[:, DIRECTIONS]
        made = real.new_zeros(*mask.shape, self.shape.latent)
        made[mask] = self.particle(scaled)
        sums = torch.einsum("bpg,bpl->bgl", self._weights(particles, mask), made)
        logits: Tensor = self.event(sums.flatten(1))
        return logits.squeeze(-1)

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
