"""The training: AdamW on the log loss, stopped and chosen by the valid split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

import bench
from bench_deepsets.fitted import EVENTS, FittedDeepSets, particles_of, state
from bench_deepsets.network import FlowNetwork, Shape

if TYPE_CHECKING:
    from bench_deepsets.settings import Settings

LOG_EVERY = 10
"""Steps between two lines of the history; the first step has one of its own."""
FALL = 0.3
"""What is left of the learning rate when it falls."""


def train(
    model: Settings, train: bench.Inputs, valid: bench.Inputs, context: bench.Context
) -> FittedDeepSets:
    """Build the network and train it; all random numbers come from the seed.

    Raises:
        InputError: the train split has one class only, or particles that are not finite.
    """
    if len(np.unique(train.y)) < 2:
        raise bench.InputError("the train sample has one class only")
    f = np.shape(train.views["particles"])[2]
    shape = Shape(f, model.flow, model.layers, model.units, model.latent, model.dropout)
    with torch.random.fork_rng():
        torch.manual_seed(context.seed)
        network = FlowNetwork(shape)
        network.learn(*particles_of(train, f))
        network = network.to(context.device)
        _Session(model, network, train, valid, context).run()
    return FittedDeepSets(network.eval(), context.device)


@dataclass(frozen=True, eq=False)
class _Events:
    """The events of a sample as tensors, on the CPU: particles take much room."""

    particles: Tensor  # (n, p, f)
    mask: Tensor  # (n, p)
    y: Tensor  # (n,), float32
    weights: Tensor  # (n,), float32, 1 on average
    device: str

    @classmethod
    def of(cls, inputs: bench.Inputs, f: int, device: str) -> _Events:
        weights = inputs.weights / inputs.weights.mean()
        particles, mask = map(torch.from_numpy, particles_of(inputs, f))
        y, weight = (torch.from_numpy(a.astype(np.float32)) for a in (inputs.y, weights))
        return cls(particles, mask, y, weight, device)

    def loss(self, network: FlowNetwork, rows: Tensor | slice) -> Tensor:
        """The mean log loss of these events, in nats."""
        arrays = (self.particles, self.mask, self.y, self.weights)
        particles, mask, y, weights = (a[rows].to(self.device) for a in arrays)
        logits = network(particles, mask)
        each = nn.functional.binary_cross_entropy_with_logits(logits, y, reduction="none")
        return (each * weights).mean()

    def whole_loss(self, network: FlowNetwork) -> float:
        """The mean log loss of all events, in nats."""
        total, n = 0.0, len(self.y)
        for i in range(0, n, EVENTS):
            rows = slice(i, min(i + EVENTS, n))
            total += float(self.loss(network, rows)) * (rows.stop - i)
        return total / n


class _Session:
    """A training under way."""

    def __init__(
        self,
        model: Settings,
        network: FlowNetwork,
        train: bench.Inputs,
        valid: bench.Inputs,
        context: bench.Context,
    ) -> None:
        self.model, self.network, self.context = model, network, context
        f, device = network.shape.f, context.device
        self.train, self.valid = (_Events.of(inputs, f, device) for inputs in (train, valid))
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=model.lr, weight_decay=model.weight_decay
        )
        self.falling = torch.optim.lr_scheduler.ReduceLROnPlateau(
            self.optimizer, factor=FALL, patience=model.patience // 2
        )
        self.step = 0
        names = [name for name, _ in network.named_parameters()]
        score = FittedDeepSets(network, device).score
        context.watch(bench.TrainingHandle(network, self.optimizer, names, score))

    def run(self) -> None:
        """Train in place; the weights of the best epoch stay."""
        best, waited, weights = float("inf"), 0, state(self.network)
        n = len(self.train.y)
        with self.context.progress("training deepsets", total=self.model.epochs * n) as bar:
            for _ in range(self.model.epochs):
                self._epoch(n, bar)
                loss = self._evaluate()
                waited += 1
                if loss < best:
                    best, waited, weights = loss, 0, state(self.network)
                if waited >= self.model.patience:
                    break
        self.network.load_state_dict(weights)

    def _epoch(self, n: int, bar: bench.Bar) -> None:
        self.network.train()
        for rows in torch.randperm(n).split(self.model.batch):
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.train.loss(self.network, rows)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.model.clip)
            self._demand_finite(float(norm))
            self.optimizer.step()
            if self.step % LOG_EVERY == 0:
                scalars = {"loss": loss.item(), "gradient_norm": float(norm)}
                self.context.log(self.step, scalars)
            self.step += 1
            bar.advance(len(rows))

    def _evaluate(self) -> float:
        """The log loss of the valid split, which the learning rate falls by."""
        self.network.eval()
        with torch.no_grad():
            loss = self.valid.whole_loss(self.network)
        lr = float(self.optimizer.param_groups[0]["lr"])
        self.context.log(self.step - 1, {"valid_loss": loss, "lr": lr})
        self.falling.step(loss)
        return loss

    def _demand_finite(self, norm: float) -> None:
        if not norm < float("inf"):
            raise bench.NotFiniteError(f"the gradient is {norm} at step {self.step}; lower lr")
