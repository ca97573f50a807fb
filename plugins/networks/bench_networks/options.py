"""The options of every network's training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingOptions:
    """How AdamW trains, and when it stops."""

    lr: float = 1e-3
    """Learning rate at the start; it falls to a third whenever `patience` is half spent."""
    weight_decay: float = 0.01
    """Decoupled weight decay (AdamW)."""
    batch: int = 256
    """Events of a step."""
    epochs: int = 200
    """Passes over the train split at most; early stopping ends it before."""
    patience: int = 12
    """Epochs without a better log loss on the valid split before it stops."""
    clip: float = 1.0
    """Norm that the gradient is clipped to."""

    def __post_init__(self) -> None:
        """Refuse what no training can have."""
        if min(self.batch, self.epochs, self.patience) < 1:
            raise ValueError("wanted batch, epochs, patience of at least 1 each")
        if not (self.lr > 0 and self.clip > 0 and self.weight_decay >= 0):
            raise ValueError("wanted lr > 0, clip > 0 and weight_decay >= 0")
