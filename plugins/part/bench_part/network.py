"""The network: all particles of an event, scaled, through weaver's Particle Transformer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from weaver.nn.model.ParticleTransformer import ParticleTransformer

import bench

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLIP = 10.0
"""Standard deviations from the mean at which a scaled number ends."""
CHUNK = 4096
"""Events whose particles are looked at together."""
PT, DETA, DPHI = (bench.PARTICLE.index(n) for n in ("part_logpt", "lead_deta", "lead_dphi"))
SIZES: dict[str, dict[str, Any]] = {
    "tiny": {
        **{"embed_dims": (32, 64, 32), "pair_embed_dims": (16, 16)},
        **{"num_heads": 4, "num_layers": 2, "num_cls_layers": 1},
    },
    "small": {
        **{"embed_dims": (64, 256, 64), "pair_embed_dims": (32, 32)},
        **{"num_heads": 4, "num_layers": 4, "num_cls_layers": 2},
    },
    "paper": {
        **{"embed_dims": (128, 512, 128), "pair_embed_dims": (64, 64, 64)},
        **{"num_heads": 8, "num_layers": 8, "num_cls_layers": 2},
    },
}


@dataclass(frozen=True)
class Shape:
    """The network's form."""

    f: int
    """Numbers of a particle."""
    size: str
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

    def forward(self, particles: Tensor) -> Tensor:  # (b, p, f) -> (b, p, f)
        """Scaled particles."""
        return ((particles - self.mean) / self.spread).clamp(-CLIP, CLIP)


class EventTransformer(nn.Module):
    """Particle Transformer on the constituents of both jets together.

    H. Qu, C. Li and S. Qian, Particle Transformer for Jet Tagging, ICML 2022 (arXiv:2202.03772).
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.scaler = Scaler(shape.f)
        dropout = dict.fromkeys(("dropout", "attn_dropout", "activation_dropout"), shape.dropout)
        self.transformer = ParticleTransformer(
            input_dim=shape.f,
            num_classes=1,
            block_params=dropout,
            trim=False,  # what it trims depends on how many batches there have been
            **SIZES[shape.size],
        )

    def forward(self, particles: Tensor, mask: Tensor) -> Tensor:
        """(b, p, f) particles and (b, p) where they are -> (b,), the logit of signal."""
        used = mask.any(dim=0)  # no event of the batch has a particle elsewhere
        used[0] = True
        particles, mask = particles[:, used], mask[:, used]
        scaled = self.scaler(particles) * mask[..., None]
        # attention needs something to attend to: nothing, in an event without particles
        shown = torch.cat([mask[:, :1] | ~mask.any(dim=1, keepdim=True), mask[:, 1:]], dim=1)
        logits: Tensor = self.transformer(
            scaled.transpose(1, 2), v=momenta(particles, mask), mask=shown[:, None]
        )
        return logits.squeeze(-1)


def momenta(particles: Tensor, mask: Tensor) -> Tensor:
    """px, py, pz and E in GeV of massless particles, 0 where there is none: (b, 4, p).

    Seen from a frame turned, and boosted along the beam, until the leading jet lies at 0; the
    quantities of pairs are the same in every such frame.
    """
    pt = particles[..., PT].exp() * mask
    deta, dphi = particles[..., DETA], particles[..., DPHI]
    x, y, z, e = (dphi.cos(), dphi.sin(), deta.sinh(), deta.cosh())
    return torch.stack([pt * x, pt * y, pt * z, pt * e], dim=1)
