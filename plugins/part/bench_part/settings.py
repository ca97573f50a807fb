"""The options of Particle Transformer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """How the network is made and trained."""

    size: Literal["tiny", "small", "paper"] = "tiny"
    """`tiny`: 2 blocks of width 32, for a CPU; `small`: 4 of width 64; `paper`: 8 of width 128, as
    published, for a GPU."""
    dropout: float = 0.0
    """Share of units, of attention and of activations that a step goes without; published: 0.1."""
    lr: float = 2e-3
    """Learning rate at the start; it falls to a third whenever `patience` is half spent."""
    weight_decay: float = 1e-2
    """Decoupled weight decay (AdamW)."""
    batch: int = 64
    """Events of a step."""
    epochs: int = 10
    """Passes over the train split at most; early stopping ends it before."""
    patience: int = 3
    """Epochs without a better log loss on the valid split before it stops."""
    clip: float = 1.0
    """Norm that the gradient is clipped to."""

    def __post_init__(self) -> None:
        """Refuse what no training can have."""
        if min(self.batch, self.epochs, self.patience) < 1:
            raise ValueError("wanted batch, epochs, patience of at least 1 each")
        if not (0 <= self.dropout < 1 and self.lr > 0 and self.clip > 0 and self.weight_decay >= 0):
            raise ValueError("wanted 0 <= dropout < 1, lr > 0, clip > 0 and weight_decay >= 0")
