"""The network: all particles of an event, scaled, through weaver's Particle Transformer."""

from __future__ import annotations

from typing import Any

import torch
from bench_networks.particles import ParticlesNetwork
from torch import Tensor
from weaver.nn.model.ParticleTransformer import ParticleTransformer

import bench

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


class EventTransformer(ParticlesNetwork):
    """Particle Transformer on the constituents of both jets together.

    H. Qu, C. Li and S. Qian, Particle Transformer for Jet Tagging, ICML 2022 (arXiv:2202.03772).
    """

    at_once = 128

    def __init__(self, f: int, size: str, dropout: float) -> None:
        super().__init__(f)
        shares = dict.fromkeys(("dropout", "attn_dropout", "activation_dropout"), dropout)
        self.transformer = ParticleTransformer(
            input_dim=f,
            num_classes=1,
            block_params=shares,
            trim=False,  # what it trims depends on how many batches there have been
            **SIZES[size],
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
