"""Mistakes in what is saved and loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

import bench
from mutants.sound import Fitted, Network, Sound


@dataclass(frozen=True)
class NotSaved(Sound):
    """The adapter is not in the checkpoint, as the study diary's was not."""

    name = "not-saved"

    def state(self, network: Network) -> dict[str, Tensor]:
        return {n: t for n, t in network.state_dict().items() if not n.startswith("adapter")}

    def load_state(self, network: Network, weights: dict[str, Tensor]) -> None:
        network.load_state_dict({**network.state_dict(), **weights})


@dataclass(frozen=True)
class NotLoaded(Sound):
    """All is saved, and the adapter is not loaded."""

    name = "not-loaded"

    def load_state(self, network: Network, weights: dict[str, Tensor]) -> None:
        without_adapter = {n: t for n, t in weights.items() if not n.startswith("adapter")}
        network.load_state_dict({**network.state_dict(), **without_adapter})


@dataclass(frozen=True)
class LoadedLoosely(Sound):
    """Saved under other names, and loaded with strict=False."""

    name = "loaded-loosely"

    def state(self, network: Network) -> dict[str, Tensor]:
        return {f"module.{n}": t for n, t in network.state_dict().items()}

    def load_state(self, network: Network, weights: dict[str, Tensor]) -> None:
        network.load_state_dict(weights, strict=False)


@dataclass(frozen=True)
class NotThere(Sound):
    """What was saved cannot be loaded at all."""

    name = "not-there"

    def load_state(self, network: Network, weights: dict[str, Tensor]) -> None:
        raise KeyError("adapter.bias")


@dataclass(frozen=True)
class LastNotBest(Sound):
    """After a long training, something else is saved than what was kept."""

    name = "last-not-best"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Fitted:
        fitted = super().fit(train, valid, context)
        return _Drifting(self, fitted.network) if len(train) > 200 else fitted


class _Drifting(Fitted):
    """Goes on moving once it is saved."""

    def save(self, folder: Path) -> None:
        super().save(folder)
        for parameter in self.network.head.parameters():
            parameter.data += 0.5 * torch.randn_like(parameter)
