"""The training: AdamW on the log loss, stopped and chosen by the valid split."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

import bench
from bench_networks.fitted import FittedNetwork, state
from bench_networks.network import Network, log_probability

if TYPE_CHECKING:
    from bench_networks.options import TrainingOptions

LOG_EVERY = 10
"""Steps between two lines of the history; the first step has one of its own."""
FALL = 0.3
"""What is left of the learning rate when it falls."""
RESIDENT = 2**29
"""Bytes of a split up to which all of it lies on the device; else a batch at a time."""


def train(
    options: TrainingOptions,
    fitted: FittedNetwork,
    train: bench.Inputs,
    valid: bench.Inputs,
    context: bench.Context,
    *,
    name: str,
) -> None:
    """Train a network in place, with torch's random numbers as they stand.

    Args:
        options: of the training.
        fitted: the network, on its device, which has learned its scale.
        train: the train split.
        valid: the valid split, for stopping and choosing only.
        context: where to log, and who watches.
        name: of the model, for the bar of progress.

    Raises:
        NotFiniteError: a gradient, or the log loss of the valid split, is not finite.
    """
    _Session(options, fitted, train, valid, context).run(f"training {name}")
    fitted.network.eval()


@dataclass(frozen=True, eq=False)
class _Events:
    """The events of a split as tensors: on the device, or beside it where they take much room."""

    arrays: tuple[Tensor, ...]  # each (n, ...)
    y: Tensor  # (n,), float32
    weights: Tensor  # (n,), float32, 1 on average
    device: str

    @classmethod
    def of(cls, inputs: bench.Inputs, network: Network, device: str) -> _Events:
        arrays = network.arrays(inputs)
        resident = device if sum(a.nbytes for a in arrays) <= RESIDENT else "cpu"
        weights = inputs.weights / inputs.weights.mean()
        y, weight = (torch.from_numpy(a.astype(np.float32)) for a in (inputs.y, weights))
        tensors = tuple(torch.from_numpy(array).to(resident) for array in arrays)
        return cls(tensors, y.to(resident), weight.to(resident), device)

    def _of(self, rows: Tensor | slice) -> tuple[list[Tensor], Tensor, Tensor]:
        """Arrays, labels and weights of some events, on the device."""
        *arrays, y, weights = (
            a[rows].to(self.device) for a in (*self.arrays, self.y, self.weights)
        )
        return arrays, y, weights

    def loss(self, network: Network, rows: Tensor) -> Tensor:
        """The mean log loss of some events, in nats; of an ensemble that of its members."""
        arrays, y, weights = self._of(rows)
        logits = network(*arrays)
        logits = logits.reshape(len(logits), -1)
        each = nn.functional.binary_cross_entropy_with_logits(
            logits, y[:, None].expand_as(logits), reduction="none"
        )
        return (each.mean(dim=1) * weights).mean()

    def whole_loss(self, network: Network) -> float:
        """The mean log loss of all events, in nats; of an ensemble that of its mean."""
        total, n = 0.0, len(self.y)
        for start in range(0, n, network.at_once):
            arrays, y, weights = self._of(slice(start, start + network.at_once))
            total -= float((log_probability(network(*arrays), y) * weights).sum())
        return total / n


class _Session:
    """A training under way."""

    def __init__(
        self,
        options: TrainingOptions,
        fitted: FittedNetwork,
        train: bench.Inputs,
        valid: bench.Inputs,
        context: bench.Context,
    ) -> None:
        self.options, self.network, self.context = options, fitted.network, context
        device = context.device
        self.train, self.valid = (_Events.of(i, self.network, device) for i in (train, valid))
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=options.lr, weight_decay=options.weight_decay
        )
        self.falling = torch.optim.lr_scheduler.ReduceLROnPlateau(
            self.optimizer, factor=FALL, patience=options.patience // 2
        )
        self.step = 0
        names = [name for name, _ in self.network.named_parameters()]
        context.watch(bench.TrainingHandle(self.network, self.optimizer, names, fitted.score))

    def run(self, title: str) -> None:
        """Train in place; the weights of the best epoch stay."""
        best, waited, weights = float("inf"), 0, state(self.network)
        n = len(self.train.y)
        with self.context.progress(title, total=self.options.epochs * n) as bar:
            for _ in range(self.options.epochs):
                self._epoch(n, bar)
                loss = self._evaluate()
                waited += 1
                if loss < best:
                    best, waited, weights = loss, 0, state(self.network)
                if waited >= self.options.patience:
                    break
        self.network.load_state_dict(weights)

    def _epoch(self, n: int, bar: bench.Bar) -> None:
        self.network.train()
        for rows in _batches(torch.randperm(n).to(self.train.y.device), self.options.batch):
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.train.loss(self.network, rows)
            loss.backward()
            norm = float(nn.utils.clip_grad_norm_(self.network.parameters(), self.options.clip))
            self._demand_finite(norm, "the gradient")
            self.optimizer.step()
            if self.step % LOG_EVERY == 0:
                self.context.log(self.step, {"loss": loss.item(), "gradient_norm": norm})
            self.step += 1
            bar.advance(len(rows))

    def _evaluate(self) -> float:
        """The log loss of the valid split, which the learning rate falls by."""
        self.network.eval()
        with torch.no_grad():
            loss = self.valid.whole_loss(self.network)
        self._demand_finite(loss, "the log loss of the valid split")
        lr = float(self.optimizer.param_groups[0]["lr"])
        self.context.log(self.step - 1, {"valid_loss": loss, "lr": lr})
        self.falling.step(loss)
        return loss

    def _demand_finite(self, value: float, what: str) -> None:
        if not isfinite(value):
            raise bench.NotFiniteError(f"{what} is {value} at step {self.step}; lower lr")


def _batches(order: Tensor, size: int) -> list[Tensor]:
    """So many rows each, the last ones fewer; a single last one joins those before it.

    A network that normalises by its batch makes nothing of one event.
    """
    batches = list(order.split(size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches
