"""The options of TabM."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How the network is made and trained."""

    members: int = 16
    """Perceptrons in the ensemble; the package's own default is 32, at twice the time."""
    layers: int = 3
    """Hidden layers of each, with ReLU behind them."""
    units: int = 128
    """Units of each layer; the package's own default is 512."""
    dropout: float = 0.1
    """Share of each hidden layer's units that a step goes without."""
    lr: float = 2e-3
    """Learning rate at the start; it falls to a third whenever `patience` is half spent."""
    weight_decay: float = 3e-4
    """Decoupled weight decay (AdamW)."""
    batch: int = 256
    """Events of a step."""
    epochs: int = 100
    """Passes over the train split at most; early stopping ends it before."""
    patience: int = 10
    """Epochs without a better log loss on the valid split before it stops."""
    clip: float = 1.0
    """Norm that the gradient is clipped to."""

    def __post_init__(self) -> None:
        """Refuse what no training can have."""
        counts = (self.members, self.layers, self.units, self.batch, self.epochs, self.patience)
        if min(counts) < 1:
            raise ValueError(
                "wanted members, layers, units, batch, epochs, patience of at least 1 each"
            )
        if not (0 <= self.dropout < 1 and self.lr > 0 and self.clip > 0 and self.weight_decay >= 0):
            raise ValueError("wanted 0 <= dropout < 1, lr > 0, clip > 0 and weight_decay >= 0")
