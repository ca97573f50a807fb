"""The training loop: AdamW, warm-up and cosine, clipping, best epoch by valid AUC, resumable."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

import bench
from bench_llm.checkpoint import Checkpoints, Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_llm.network import FusedModel
    from bench_llm.tokens import Tokens

BETAS = (0.9, 0.98)
"""AdamW's; the second one is shorter than usual, as a fit has but some hundred steps."""
POOL = 16
"""Batches that are grouped by length together: enough to save padding, few enough to mix well."""
CHECKPOINT_SECONDS = 10.0
HELD = 1
"""Sets the draws of withheld numbers apart from those of the batches."""
LOG_EVERY = 10
"""Steps between two lines of the history."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Tokenised events with their numbers and labels."""

    tokens: Tokens
    numbers: NDArray[np.float32] | None  # (n, d)
    y: NDArray[np.int8]  # (n,)
    weights: NDArray[np.float64]  # (n,)

    def batch(self, rows: NDArray[np.intp], device: str) -> tuple[Tensor, Tensor, Tensor | None]:
        """What the network is called with."""
        ids, last = self.tokens.batch(rows)
        numbers = None
        if self.numbers is not None:
            numbers = torch.from_numpy(self.numbers[rows].astype(np.float32)).to(device)
        return torch.from_numpy(ids).to(device), torch.from_numpy(last).to(device), numbers


@dataclass(frozen=True)
class Schedule:
    """How to train."""

    lr: float
    adapter_lr: float
    epochs: int
    batch: int
    warmup: float
    weight_decay: float
    clip: float
    withhold: float
    seed: int

    def steps(self, n: int) -> int:
        """Steps in all, for n events."""
        return self.epochs * self.steps_an_epoch(n)

    def steps_an_epoch(self, n: int) -> int:
        """Steps in one pass over n events."""
        return -(-n // self.batch)

    def factor(self, step: int, steps: int) -> float:
        """The learning rate as a share of its peak."""
        rise = max(1, round(self.warmup * steps))
        if step < rise:
            return (step + 1) / rise
        return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))

    def batches(self, lengths: NDArray[np.int64], epoch: int) -> list[NDArray[np.intp]]:
        """The batches of an epoch, of events of like length: a function of seed and epoch alone."""
        rng = np.random.default_rng([self.seed, 0, epoch])
        order = rng.permutation(len(lengths))
        pool = POOL * self.batch
        found = []
        for start in range(0, len(order), pool):
            rows = order[start : start + pool]
            rows = rows[np.argsort(lengths[rows], kind="stable")]
            found += [rows[i : i + self.batch] for i in range(0, len(rows), self.batch)]
        return [found[i] for i in rng.permutation(len(found))]


@dataclass(frozen=True, eq=False)
class Training:
    """A training, from its network to what it is trained on and how."""

    network: FusedModel
    examples: Examples
    labels: tuple[int, int]
    """The tokens of the answers `background` and `signal`."""
    schedule: Schedule
    valid_auc: Callable[[], float]
    context: bench.Context

    def run(self) -> None:
        """Train in place, from the last checkpoint if there is one; the best epoch's weights stay.

        Raises:
            BenchError: the loss is no longer finite.
        """
        optimizer = self._optimizer()
        context = self.context
        checkpoints = Checkpoints(context.checkpoints, self.network, optimizer, context.notice)
        state = checkpoints.restore()
        n, epochs = len(self.examples.y), self.schedule.epochs
        per_epoch = self.schedule.steps_an_epoch(n)
        saved = time.monotonic()
        self.network.train()
        with context.progress("training llm-nfa", n * epochs, state.events) as bar:
            for rows in self._remaining(state.step):
                scalars = self._step(optimizer, rows, state)
                state.step += 1
                state.events += len(rows)
                bar.advance(len(rows))
                if state.step % per_epoch == 0:
                    scalars["valid_auc"] = self.valid_auc()
                    state.consider(scalars["valid_auc"], self.network)
                if state.step % LOG_EVERY == 0 or "valid_auc" in scalars:
                    context.log(state.step, scalars | {"events": float(state.events)})
                if time.monotonic() - saved >= CHECKPOINT_SECONDS:
                    checkpoints.save(state)
                    saved = time.monotonic()
        state.restore_best(self.network)

    def _optimizer(self) -> torch.optim.AdamW:
        network, schedule = self.network, self.schedule
        groups = [
            {"params": list(network.language.parameters()), "peak": schedule.lr},
            {"params": list(network.adapter.parameters()), "peak": schedule.adapter_lr},
        ]
        return torch.optim.AdamW(groups, lr=0.0, betas=BETAS, weight_decay=schedule.weight_decay)

    def _remaining(self, done: int) -> Iterator[NDArray[np.intp]]:
        """The batches from step `done` on."""
        per_epoch = self.schedule.steps_an_epoch(len(self.examples.y))
        for epoch in range(done // per_epoch, self.schedule.epochs):
            batches = self.schedule.batches(self.examples.tokens.lengths, epoch)
            yield from batches[max(0, done - epoch * per_epoch) :]

    def _step(
        self, optimizer: torch.optim.AdamW, rows: NDArray[np.intp], state: Progress
    ) -> dict[str, float]:
        """One step on the cross-entropy of the answer among all tokens; gives its scalars."""
        schedule, device = self.schedule, self.context.device
        factor = schedule.factor(state.step, schedule.steps(len(self.examples.y)))
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        answers = torch.tensor([self.labels[y] for y in self.examples.y[rows]], device=device)
        rng = np.random.default_rng([schedule.seed, HELD, state.step])
        held = torch.from_numpy(rng.random(len(rows)) < schedule.withhold).to(device)
        logits = self.network(*self.examples.batch(rows, device), held)
        weights = torch.from_numpy(self.examples.weights[rows]).to(device, logits.dtype)
        losses = cross_entropy(logits, answers, reduction="none")
        loss = (losses * weights).sum() / weights.sum()
        if not torch.isfinite(loss):
            raise bench.BenchError(f"the loss is {loss.item()} at step {state.step}; lower lr")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), schedule.clip)
        if not torch.isfinite(norm):
            raise bench.BenchError(f"the gradient is {norm.item()} at step {state.step}; lower lr")
        optimizer.step()
        lr = schedule.lr * factor
        return {"loss": loss.item(), "gradient_norm": norm.item(), "lr": lr}
