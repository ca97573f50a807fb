"""Mistakes in what is trained and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

import bench
from mutants.sound import Batch, Fitted, Network, Sound


@dataclass(frozen=True)
class FrozenModule(Sound):
    """The adapter does not require gradients."""

    name = "frozen-module"

    def prepare(self, network: Network) -> None:
        network.adapter.requires_grad_(False)


@dataclass(frozen=True)
class MissingFromOptimizer(Sound):
    """The optimizer was built before the adapter was attached."""

    name = "missing-from-optimizer"

    def optimizer(self, network: Network) -> torch.optim.Optimizer:
        known = [p for name, p in network.named_parameters() if not name.startswith("adapter")]
        return torch.optim.Adam(known, lr=self.lr)


class Lazy(torch.optim.Adam):
    """Leaves small tensors alone without a word."""

    def step(self, closure: object = None) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.dim() == 1:
                    parameter.grad = None
        super().step()


@dataclass(frozen=True)
class SilentOptimizer(Sound):
    """The optimizer leaves some tensors as they are."""

    name = "silent-optimizer"

    def optimizer(self, network: Network) -> torch.optim.Optimizer:
        return Lazy(network.parameters(), lr=self.lr)


class Whisper(Network):
    """The numbers' embedding is scaled away to nothing."""

    def embed(self, batch: Batch) -> Tensor:
        embedded = self.letters(batch.ids)
        made = torch.tanh(self.adapter((batch.numbers - self.mean) / self.spread)) * 1e-12
        return torch.cat([embedded[:, :1] + made[:, None], embedded[:, 1:]], dim=1)


@dataclass(frozen=True)
class ScaledAway(Sound):
    """The numbers are scaled so low that a float cannot tell the difference."""

    name = "scaled-away"

    def build(self, d: int, seed: int) -> Network:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return Whisper(d, self.width)


@dataclass(frozen=True)
class ZeroRate(Sound):
    """The learning rate is 0 in the first steps and ever after."""

    name = "zero-rate"

    def optimizer(self, network: Network) -> torch.optim.Optimizer:
        return torch.optim.Adam(network.parameters(), lr=0.0)


class Half(Network):
    """A network whose head is in bfloat16."""

    def forward(self, batch: Batch) -> Tensor:
        return self.head(self.body(self.embed(batch))[0].to(torch.bfloat16)).float()


@dataclass(frozen=True)
class HalfPrecision(Sound):
    """Some of what is trained is in bfloat16."""

    name = "half-precision"

    def build(self, d: int, seed: int) -> Network:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = Half(d, self.width)
        network.head.to(torch.bfloat16)
        return network


@dataclass(frozen=True)
class TrainsMore(Sound):
    """The letters are said to be frozen, and are trained."""

    name = "trains-more"

    def meant(self, network: Network) -> list[str]:
        return [name for name in super().meant(network) if not name.startswith("letters")]


@dataclass(frozen=True)
class SummedBatches(Sound):
    """The losses of the accumulated batches are added up, not averaged."""

    name = "summed-batches"
    accumulate: ClassVar[int] = 8
    batch: ClassVar[int] = 4

    def whole(self, losses: list[Tensor]) -> Tensor:
        return torch.stack([loss.mean() for loss in losses]).sum()


@dataclass(frozen=True)
class SwallowedNan(Sound):
    """The loss is NaN from the second step on, and the scores are filled in."""

    name = "swallowed-nan"

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        return super().loss(logits, batch) + (logits - logits).log().sum().clamp(max=0.0) * 0

    def final(self, scores: np.ndarray) -> np.ndarray:
        return np.nan_to_num(scores, nan=0.5)


@dataclass(frozen=True)
class Forgotten(Sound):
    """The checkpoint that is taken for the best one is from before the first step."""

    name = "forgotten"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Fitted:
        fitted = super().fit(train, valid, context)
        if len(train) > 200:
            start = self.build(len(fitted.network.mean), context.seed)
            for name in ("letters", "body", "head", "adapter"):
                trained, untrained = getattr(fitted.network, name), getattr(start, name)
                trained.load_state_dict(untrained.state_dict())
        return fitted


@dataclass(frozen=True)
class SwappedLate(Sound):
    """After a long training the two classes are taken for each other."""

    name = "swapped-late"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Fitted:
        fitted = super().fit(train, valid, context)
        if len(train) > 200:
            with torch.no_grad():
                fitted.network.head.weight.neg_()
                fitted.network.head.bias.neg_()
        return fitted


class Stopping(torch.optim.Adam):
    """Takes five steps and no more."""

    def step(self, closure: object = None) -> None:
        self.taken = getattr(self, "taken", 0) + 1
        if self.taken > 5:
            for group in self.param_groups:
                group["lr"] = 0.0
        super().step()


@dataclass(frozen=True)
class StoppedSchedule(Sound):
    """The learning rate falls to 0 after five steps of the whole training."""

    name = "stopped-schedule"

    def optimizer(self, network: Network) -> torch.optim.Optimizer:
        return Stopping(network.parameters(), lr=self.lr)


@dataclass(frozen=True)
class SeedIgnored(Sound):
    """Weights and order are drawn from whatever is there."""

    name = "seed-ignored"

    def build(self, d: int, seed: int) -> Network:
        return super().build(d, int(np.random.default_rng().integers(2**31)))


@dataclass(frozen=True)
class BaseScored(Sound):
    """The network from before the training scores."""

    name = "base-scored"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Fitted:
        trained = super().fit(train, valid, context).network
        base = self.build(len(trained.mean), context.seed)
        base.mean.copy_(trained.mean)
        base.spread.copy_(trained.spread)
        return Fitted(self, base)


class Normalised(Network):
    """Normalises over the batch, and does so while it scores."""

    def __init__(self, d: int, hidden: int) -> None:
        super().__init__(d, hidden)
        self.adapter = nn.Sequential(self.adapter, _Always(hidden))


class _Always(nn.Module):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(hidden))

    def forward(self, made: Tensor) -> Tensor:
        spread = made.std(dim=0, keepdim=True, unbiased=False)
        return self.gain * (made - made.mean(dim=0, keepdim=True)) / (spread + 1e-5)


@dataclass(frozen=True)
class BatchNormalised(Sound):
    """A layer normalises over the batch in scoring, too."""

    name = "batch-normalised"

    def build(self, d: int, seed: int) -> Network:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return Normalised(d, self.width)


class Shrinking(torch.optim.Adam):
    """After ten steps every further one shrinks the weights to a fifth."""

    def step(self, closure: object = None) -> None:
        self.taken = getattr(self, "taken", 0) + 1
        super().step()
        if self.taken > 10:
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.data *= 0.2


@dataclass(frozen=True)
class Collapsing(Sound):
    """A weight decay that pulls every event to one score after a while."""

    name = "collapsing"

    def optimizer(self, network: Network) -> torch.optim.Optimizer:
        return Shrinking(network.parameters(), lr=self.lr)


_CACHE: dict[tuple[int, int], Fitted] = {}


@dataclass(frozen=True)
class ForgetfulCache(Sound):
    """A cache of fits whose key forgets the learning rate."""

    name = "forgetful-cache"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Fitted:
        key = (len(train), int(train.y[:64].sum()) * 100 + context.seed)
        if len(train) < 200:  # a smoke fit
            return super().fit(train, valid, context)
        if key not in _CACHE:
            _CACHE[key] = super().fit(train, valid, context)
        return _CACHE[key]
