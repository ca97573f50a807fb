"""What a network is to its training: arrays of an event in, one logit or some out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

import bench

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = tuple[NDArray[Any], ...]

WIDEST = 10.0
"""Standard deviations from the mean at which a scaled number ends."""


class Network(nn.Module, ABC):
    """A network of events; `forward` takes the tensors of `arrays`, and gives logits of signal.

    They are (b,), or (b, k) of an ensemble of k members: each member learns by itself, and the
    ensemble's P(signal) is the mean of theirs.
    """

    at_once: ClassVar[int] = 8192
    """Events that are scored together."""

    @abstractmethod
    def arrays(self, inputs: bench.Inputs) -> Arrays:
        """What `forward` takes, an array an argument, each with a row an event.

        Raises:
            InputError: the views are not those that the network was built for, or not finite.
        """

    def learn(self, arrays: Arrays) -> None:
        """Take from the train split what no gradient teaches, such as a scale."""


class Scaler(nn.Module):
    """Numbers scaled to the mean and spread that they have in the train split."""

    mean: Tensor  # (d,)
    spread: Tensor  # (d,)

    def __init__(self, d: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(d))
        self.register_buffer("spread", torch.ones(d))

    def learn(self, numbers: NDArray[np.float32]) -> None:
        """Take mean and standard deviation from (n, d) numbers; a constant column becomes 0."""
        spread = numbers.std(axis=0, dtype="float64")
        self.set(numbers.mean(axis=0, dtype="float64"), spread)

    def set(self, mean: NDArray[np.float64], spread: NDArray[np.float64]) -> None:
        """Take mean and standard deviation of each column: (d,)."""
        self.mean.copy_(torch.from_numpy(mean))
        self.spread.copy_(torch.from_numpy(np.where(spread == 0, 1.0, spread)))

    def forward(self, numbers: Tensor) -> Tensor:  # (b, d) -> (b, d)
        """Scaled numbers."""
        return ((numbers - self.mean) / self.spread).clamp(-WIDEST, WIDEST)


class NumbersNetwork(Network):
    """A network of the view `numbers`, scaled, behind the stem that an encoder brings, if any."""

    def __init__(self, d: int, stem: nn.Module | None) -> None:
        super().__init__()
        self.scaler = Scaler(d)
        self.stem = nn.Identity() if stem is None else stem
        with torch.no_grad():
            self.width: int = self.stem(torch.zeros(1, d)).shape[-1]
        """Numbers behind the stem."""

    def arrays(self, inputs: bench.Inputs) -> Arrays:
        """The numbers of each event: (n, d)."""
        numbers = np.ascontiguousarray(inputs.views["numbers"], dtype=np.float32)
        d = len(self.scaler.mean)
        if numbers.ndim != 2 or numbers.shape[1] != d:
            raise bench.InputError(f"numbers of shape {numbers.shape}, wanted {d} of each event")
        if bad := int((~np.isfinite(numbers).all(axis=1)).sum()):
            raise bench.InputError(
                f"{bad} of {len(numbers)} events have numbers that are not finite"
            )
        return (numbers,)

    def learn(self, arrays: Arrays) -> None:
        """Take the numbers' scale."""
        self.scaler.learn(*arrays)

    def forward(self, numbers: Tensor) -> Tensor:
        """(b, d) numbers in their columns' units -> (b,) or (b, k), the logits of signal."""
        logits: Tensor = self.head(self.stem(self.scaler(numbers)))
        return logits.squeeze(-1)

    @abstractmethod
    def head(self, numbers: Tensor) -> Tensor:
        """(b, width) scaled numbers -> (b, 1) or (b, k, 1)."""


def log_probability(logits: Tensor, y: Tensor) -> Tensor:
    """The log of the probability that is given to each event's own label: (b,).

    Args:
        logits: (b,), or (b, k) of an ensemble.
        y: (b,), 1 signal, 0 background.
    """
    logits = logits.double().reshape(len(logits), -1)
    signed = torch.where(y[:, None] > 0, logits, -logits)
    k = torch.tensor(float(signed.shape[1]), dtype=torch.float64, device=logits.device)
    return torch.logsumexp(nn.functional.logsigmoid(signed), dim=1) - k.log()


def probability(logits: Tensor) -> Tensor:
    """P(signal), the mean over the members if there are several: (b,) or (b, k) -> (b,) float64."""
    return torch.sigmoid(logits.double()).reshape(len(logits), -1).mean(dim=1)
