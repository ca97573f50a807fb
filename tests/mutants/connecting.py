"""Mistakes in how numbers and labels get to the network: the study diary's, and others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

import bench
from mutants.sound import BACKGROUND, PADDING, SIGNAL, Batch, Network, Sound


class Unattached(Network):
    """The numbers are embedded and never added to the prompt."""

    def embed(self, batch: Batch) -> Tensor:
        if batch.numbers is not None:
            self.adapter((batch.numbers - self.mean) / self.spread)
        return self.letters(batch.ids)


@dataclass(frozen=True)
class NeverAttached(Sound):
    """The vector of the numbers is made and never attached."""

    name = "never-attached"

    def build(self, d: int, seed: int) -> Network:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return Unattached(d, self.width)


@dataclass(frozen=True)
class DroppedByCollator(Sound):
    """The collator drops the numbers."""

    name = "dropped-by-collator"

    def collate(self, ids: list[list[int]], inputs: bench.Inputs) -> Batch:
        return replace(super().collate(ids, inputs), numbers=None)


@dataclass(frozen=True)
class DroppedInTraining(Sound):
    """The collator drops the numbers while it trains, and not while it scores."""

    name = "dropped-in-training"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> object:
        fitted = _WithoutNumbers(self.lr, self.width).fit(train, valid, context)
        return replace(fitted, model=self)


@dataclass(frozen=True)
class _WithoutNumbers(DroppedByCollator):
    """The one of the two that trains."""


class Detached(Network):
    """The numbers' embedding is cut from the graph."""

    def embed(self, batch: Batch) -> Tensor:
        if batch.numbers is None:
            return self.letters(batch.ids)
        with torch.no_grad():
            made = self.adapter((batch.numbers - self.mean) / self.spread)
        embedded = self.letters(batch.ids)
        return torch.cat([embedded[:, :1] + made[:, None], embedded[:, 1:]], dim=1)


@dataclass(frozen=True)
class DetachedVector(Sound):
    """The adapter runs without gradients."""

    name = "detached-vector"

    def build(self, d: int, seed: int) -> Network:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return Detached(d, self.width)


@dataclass(frozen=True)
class MisalignedLabels(Sound):
    """Each event has the label of the one before."""

    name = "misaligned-labels"

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> object:
        return super().fit(replace(train, y=np.roll(train.y, 1)), valid, context)


@dataclass(frozen=True)
class PromptLoss(Sound):
    """The loss is over all characters of the prompt, and the answer is one among them."""

    name = "prompt-loss"

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        following = torch.roll(batch.ids, -1, dims=1)
        following[torch.arange(len(batch.ends)), batch.ends] = batch.answers
        inside = torch.arange(batch.ids.shape[1])[None] <= batch.ends[:, None]
        losses = cross_entropy(logits.transpose(1, 2), following, reduction="none")
        weights = 30.0 * inside  # a prompt of some hundred characters
        weights[torch.arange(len(batch.ends)), batch.ends] = 1.0
        return (losses * weights).sum(dim=1) / weights.sum(dim=1)


@dataclass(frozen=True)
class LabelsIgnored(Sound):
    """The label never gets to the loss."""

    name = "labels-ignored"

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        return super().loss(logits, replace(batch, answers=torch.full_like(batch.answers, SIGNAL)))


@dataclass(frozen=True)
class WrongPaddingSide(Sound):
    """Padded on the left, as if it were on the right."""

    name = "wrong-padding-side"

    def collate(self, ids: list[list[int]], inputs: bench.Inputs) -> Batch:
        batch = super().collate(ids, inputs)
        longest = batch.ids.shape[1]
        padded = [[PADDING] * (longest - len(one)) + one for one in ids]
        return replace(batch, ids=torch.tensor(padded))


@dataclass(frozen=True)
class OtherPrompt(Sound):
    """Scored on another prompt than it was trained on."""

    name = "other-prompt"

    def scored_tokens(self, texts: Sequence[str]) -> list[list[int]]:
        return self.tokens([f" {text} " for text in texts])


@dataclass(frozen=True)
class CutPrompt(Sound):
    """Prompts are cut after four characters."""

    name = "cut-prompt"

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        return [ids[:4] for ids in super().tokens(texts)]


@dataclass(frozen=True)
class WrongClass(Sound):
    """The probability of the other class is given out."""

    name = "wrong-class"

    def probability(self, logits: Tensor) -> Tensor:
        return (logits[:, BACKGROUND] - logits[:, SIGNAL]).sigmoid()


@dataclass(frozen=True)
class TunedOnTest(Sound):
    """The scores are shifted so that half of what is being scored is signal."""

    name = "tuned-on-test"

    def final(self, scores: np.ndarray) -> np.ndarray:
        return (scores - np.median(scores) + 0.5).clip(0, 1)


@dataclass(frozen=True)
class ConstantScores(Sound):
    """Every event gets the same score."""

    name = "constant-scores"

    def final(self, scores: np.ndarray) -> np.ndarray:
        return np.full(len(scores), 0.3)


@dataclass(frozen=True)
class Silent(Sound):
    """One event in five gets no answer."""

    name = "silent"
    silent: ClassVar[float] = 0.2

    def final(self, scores: np.ndarray) -> np.ndarray:
        unsure = (scores * 50).astype(np.int64) % 5 == 0
        return np.where(unsure, np.nan, scores)
