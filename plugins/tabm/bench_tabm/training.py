"""The training: AdamW on the log loss, stopped and chosen by the valid split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

import bench
from bench_tabm.fitted import EVENTS, FittedTabM, numbers_of, state
from bench_tabm.network import Ensemble, Shape

if TYPE_CHECKING:
    from bench_tabm.settings import Settings

LOG_EVERY = 10
"""Steps between two lines of the history; the first step has one of its own."""
FALL = 0.3
"""What is left of the learning rate when it falls."""


def train(
    model: Settings, train: bench.Inputs, valid: bench.Inputs, context: bench.Context
) -> FittedTabM:
    """Build the network and train it; all random numbers come from the seed.

    Raises:
        InputError: the train split has one class only, or numbers that are not finite.
    """
    if len(np.unique(train.y)) < 2:
        raise bench.InputError("the train sample has one class only")
    d = np.shape(train.views["numbers"])[1]
    make_stem = context.view_modules.get("numbers")
    shape = Shape(d, model.members, model.layers, model.units, model.dropout, make_stem is not None)
    with torch.random.fork_rng():
        torch.manual_seed(context.seed)
        network = Ensemble(shape, make_stem and make_stem())
        network.scaler.learn(numbers_of(train, d))
        network = network.to(context.device)
        _Session(model, network, train, valid, context).run()
    return FittedTabM(network.eval(), context.device)


@dataclass(frozen=True, eq=False)
class _Events:
    """The events of a sample as tensors on the device."""

    numbers: Tensor  # (n, d)
    y: Tensor  # (n,), float32
    weights: Tensor  # (n,), float32, 1 on average

    @classmethod
    def of(cls, inputs: bench.Inputs, d: int, device: str) -> _Events:
        weights = inputs.weights / inputs.weights.mean()
        arrays = (numbers_of(inputs, d), inputs.y, weights)
        return cls(*(torch.from_numpy(a.astype(np.float32)).to(device) for a in arrays))

    def members_loss(self, network: Ensemble, rows: Tensor) -> Tensor:
        """The mean log loss of the members on these events, in nats: each learns by itself."""
        logits = network(self.numbers[rows])  # (b, k)
        each = nn.functional.binary_cross_entropy_with_logits(
            logits, self.y[rows, None].expand_as(logits), reduction="none"
        )
        return (each.mean(dim=1) * self.weights[rows]).mean()

    def loss(self, network: Ensemble) -> float:
        """The log loss of the whole ensemble on all events, in nats."""
        parts = zip(*(a.split(EVENTS) for a in (self.numbers, self.y, self.weights)), strict=True)
        total = 0.0
        for numbers, y, weights in parts:
            each = nn.functional.binary_cross_entropy(
                network.probability(numbers), y.double(), reduction="none"
            )
            total += float((each * weights).sum())
        return total / len(self.y)


class _Session:
    """A training under way."""

    def __init__(
        self,
        model: Settings,
        network: Ensemble,
        train: bench.Inputs,
        valid: bench.Inputs,
        context: bench.Context,
    ) -> None:
        self.model, self.network, self.context = model, network, context
        d, device = network.shape.d, context.device
        self.train, self.valid = (_Events.of(inputs, d, device) for inputs in (train, valid))
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=model.lr, weight_decay=model.weight_decay
        )
        self.falling = torch.optim.lr_scheduler.ReduceLROnPlateau(
            self.optimizer, factor=FALL, patience=model.patience // 2
        )
        self.step = 0
        names = [name for name, _ in network.named_parameters()]
        score = FittedTabM(network, device).score
        context.watch(bench.TrainingHandle(network, self.optimizer, names, score))

    def run(self) -> None:
        """Train in place; the weights of the best epoch stay."""
        best, waited, weights = float("inf"), 0, state(self.network)
        n = len(self.train.y)
        with self.context.progress("training tabm", total=self.model.epochs * n) as bar:
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
        for rows in torch.randperm(n).to(self.context.device).split(self.model.batch):
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.train.members_loss(self.network, rows)
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
            loss = self.valid.loss(self.network)
        lr = float(self.optimizer.param_groups[0]["lr"])
        self.context.log(self.step - 1, {"valid_loss": loss, "lr": lr})
        self.falling.step(loss)
        return loss

    def _demand_finite(self, norm: float) -> None:
        if not norm < float("inf"):
            raise bench.NotFiniteError(f"the gradient is {norm} at step {self.step}; lower lr")
