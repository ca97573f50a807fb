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
LOOKED_AT = 1024
"""Events that the sums are scaled by."""
TINY = 1e-6
"""A spread below which a number is the same everywhere."""
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
        spread[spread < TINY] = 1.0
        self.mean.copy_(torch.from_numpy(mean))
        self.spread.copy_(torch.from_numpy(spread))

    def forward(self, particles: Tensor) -> Tensor:  # (m, f) -> (m, f)
        """Scaled particles."""
        return ((particles - self.mean) / self.spread).clamp(-CLIP, CLIP)


class FlowNetwork(nn.Module):
    """A network for each particle, sums over each jet, and a network for the event."""

    sums_mean: Tensor  # (3 * latent,)
    sums_spread: Tensor  # (3 * latent,)

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.scaler = Scaler(shape.f)
        self.register_buffer("sums_mean", torch.zeros(GROUPS * shape.latent))
        self.register_buffer("sums_spread", torch.ones(GROUPS * shape.latent))
        width = shape.f if shape.flow == "particle" else len(DIRECTIONS)
        self.particle = _perceptron(width, shape.latent, shape, 0.0)
        self.event = _perceptron(GROUPS * shape.latent, 1, shape, shape.dropout)

    def learn(self, particles: NDArray[np.float32], mask: NDArray[np.bool_]) -> None:
        """Scale particles, and the sums of the untrained network, to what they are in events.

        The sums of untrained networks differ little from event to event: unscaled, some would
        give every event the same score for as long as an epoch.
        """
        self.scaler.learn(particles, mask)
        rows = np.linspace(0, len(particles) - 1, min(len(particles), LOOKED_AT)).astype(int)
        with torch.no_grad():
            sums = self.sums(torch.from_numpy(particles[rows]), torch.from_numpy(mask[rows]))
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
