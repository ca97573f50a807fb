"""The options of deep sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """How the network is made and trained."""

    flow: Literal["particle", "energy"] = "particle"
    """`particle`: the sum over particles of a network of all that they have. `energy`: the sum,
    weighted by their share of the jet's pt, of a network of their directions alone, which soft and
    collinear particles do not change."""
    layers: int = 2
    """Hidden layers of the network for a particle, and of that for the event."""
    units: int = 64
    """Units of each of them."""
    latent: int = 64
    """Numbers of a particle that are summed over each jet."""
    dropout: float = 0.1
    """Share of the units of the event's network that a step goes without."""
    lr: float = 2e-3
    """Learning rate at the start; it falls to a third whenever `patience` is half spent."""
    weight_decay: float = 1e-4
    """Decoupled weight decay (AdamW)."""
    batch: int = 128
    """Events of a step."""
    epochs: int = 60
    """Passes over the train split at most; early stopping ends it before."""
    patience: int = 8
    """Epochs without a better log loss on the valid split before it stops."""
    clip: float = 1.0
    """Norm that the gradient is clipped to."""

    def __post_init__(self) -> None:
        """Refuse what no training can have."""
        counts = (self.layers, self.units, self.latent, self.batch, self.epochs, self.patience)
        if min(counts) < 1:
            raise ValueError(
                "wanted layers, units, latent, batch, epochs, patience of at least 1 each"
            )
        if not (0 <= self.dropout < 1 and self.lr > 0 and self.clip > 0 and self.weight_decay >= 0):
            raise ValueError("wanted 0 <= dropout < 1, lr > 0, clip > 0 and weight_decay >= 0")
