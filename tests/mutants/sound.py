"""A sound model in small: a language model of characters with an event's numbers fused in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import bench

LETTERS = "\0 0123456789.-SB"
PADDING, SIGNAL, BACKGROUND = 0, LETTERS.index("S"), LETTERS.index("B")


@dataclass(frozen=True)
class Digits(bench.Encoder):
    """Two features in words: short texts of different lengths."""

    name = "digits"
    produces = frozenset({"texts"})

    def encode(
        self, table: bench.Table, learned: Mapping[str, np.ndarray]
    ) -> Mapping[str, Sequence[str]]:
        masses = table.column("j1_m"), table.column("j2_m")
        return {"texts": [f"{a:.0f} {b:.0f}" for a, b in zip(*masses, strict=True)]}


@dataclass(frozen=True)
class Batch:
    """Events side by side."""

    ids: Tensor  # (b, t)
    ends: Tensor  # (b,), where the answer is asked for
    numbers: Tensor | None  # (b, d), scaled
    answers: Tensor  # (b,)


class Network(nn.Module):
    """Characters through a GRU; the numbers are added to the first one's embedding."""

    def __init__(self, d: int, hidden: int = 24) -> None:
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS), hidden)
        self.body = nn.GRU(hidden, hidden, batch_first=True)
        self.head = nn.Linear(hidden, len(LETTERS))
        self.adapter = nn.Sequential(nn.Linear(d, hidden), nn.SiLU(), nn.Linear(hidden, hidden))
        self.register_buffer("mean", torch.zeros(d))
        self.register_buffer("spread", torch.ones(d))

    def embed(self, batch: Batch) -> Tensor:
        """Embeddings of the characters with the numbers among them: (b, t, hidden)."""
        embedded = self.letters(batch.ids)
        if batch.numbers is None:
            return embedded
        made = self.adapter((batch.numbers - self.mean) / self.spread)
        return torch.cat([embedded[:, :1] + made[:, None], embedded[:, 1:]], dim=1)

    def forward(self, batch: Batch) -> Tensor:
        """Logits of what follows each character: (b, t, letters)."""
        return self.head(self.body(self.embed(batch))[0])


@dataclass(frozen=True)
class Sound(bench.Model):
    """All as it should be; each mutant changes one method."""

    name = "sound"
    reads = frozenset({"texts", "numbers"})
    encoder = ("digits", "numbers")
    batch: ClassVar[int] = 16
    accumulate: ClassVar[int] = 2
    lr: float = 0.02
    """Learning rate."""
    width: int = 24
    """Units of the network."""

    def build(self, d: int, seed: int) -> Network:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return Network(d, self.width)

    def meant(self, network: Network) -> list[str]:
        """What is to be trained."""
        return [name for name, _ in network.named_parameters()]

    def prepare(self, network: Network) -> None:
        """Nothing is left to do before the optimizer is built."""

    def optimizer(self, network: Network) -> torch.optim.Optimizer:
        return torch.optim.Adam(network.parameters(), lr=self.lr)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        return [[LETTERS.index(letter) for letter in text] for text in texts]

    def scored_tokens(self, texts: Sequence[str]) -> list[list[int]]:
        return self.tokens(texts)

    def collate(self, ids: list[list[int]], inputs: bench.Inputs) -> Batch:
        """Padded on the right; the answer is asked for at the last character."""
        ends = [len(one) - 1 for one in ids]
        longest = max(ends) + 1
        padded = [one + [PADDING] * (longest - len(one)) for one in ids]
        answers = torch.from_numpy(np.where(inputs.y == 1, SIGNAL, BACKGROUND))
        numbers = torch.from_numpy(np.array(inputs.views["numbers"], dtype=np.float32))
        return Batch(torch.tensor(padded), torch.tensor(ends), numbers, answers)

    def loss(self, logits: Tensor, batch: Batch) -> Tensor:
        """Of the answer alone, among the two answers: (b,)."""
        at_end = logits[torch.arange(len(batch.ends)), batch.ends]
        return cross_entropy(
            at_end[:, [BACKGROUND, SIGNAL]], (batch.answers == SIGNAL).long(), reduction="none"
        )

    def whole(self, losses: list[Tensor]) -> Tensor:
        """The loss of a step from those of its batches."""
        return torch.stack([loss.mean() for loss in losses]).mean()

    def order(self, n: int, seed: int) -> np.ndarray:
        return np.random.default_rng(seed).permutation(n)

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Fitted:
        numbers = np.asarray(train.views["numbers"], dtype=np.float64)
        network = self.build(numbers.shape[1], context.seed)
        network.mean.copy_(torch.from_numpy(numbers.mean(axis=0)))
        network.spread.copy_(torch.from_numpy(np.maximum(numbers.std(axis=0), 1e-6)))
        self.prepare(network)
        optimizer = self.optimizer(network)
        fitted = Fitted(self, network)
        context.watch(bench.TrainingHandle(network, optimizer, self.meant(network), fitted.score))
        ids, order = self.tokens(train.views["texts"]), self.order(len(train), context.seed)
        size = self.batch * self.accumulate
        network.train()
        for step, start in enumerate(range(0, len(order), size)):
            rows = order[start : start + size]
            optimizer.zero_grad()
            losses = []
            for part in np.array_split(rows, self.accumulate):
                batch = self.collate([ids[i] for i in part], train.take(part))
                losses.append(self.loss(network(batch), batch))
            loss = self.whole(losses)
            loss.backward()
            optimizer.step()
            context.log(step, {"loss": loss.item()})
        return self.done(fitted)

    def done(self, fitted: Fitted) -> Fitted:
        """What the training leaves."""
        return fitted

    def probability(self, logits: Tensor) -> Tensor:
        """P(signal) from the logits of what follows a prompt: (b,)."""
        return (logits[:, SIGNAL] - logits[:, BACKGROUND]).sigmoid()

    def final(self, scores: np.ndarray) -> np.ndarray:
        """What is given out as a score."""
        return scores

    def state(self, network: Network) -> dict[str, Tensor]:
        """What is saved."""
        return dict(network.state_dict())

    def load_state(self, network: Network, weights: dict[str, Tensor]) -> None:
        network.load_state_dict(weights)

    def load(self, folder: Path, context: bench.Context) -> Fitted:
        shape = json.loads((folder / "shape.json").read_text())
        network = self.build(shape["d"], seed=12345)
        self.load_state(network, load_file(folder / "weights.safetensors"))
        return Fitted(self, network)

    def render(self, inputs: bench.Inputs, context: bench.Context) -> bench.Rendered:
        texts = inputs.views["texts"]
        answers = [SIGNAL if label else BACKGROUND for label in inputs.y]
        trained = [[*one, end] for one, end in zip(self.tokens(texts), answers, strict=True)]
        return bench.Rendered(trained, self.scored_tokens(texts))


@dataclass(frozen=True, eq=False)
class Fitted:
    """A network that was trained."""

    model: Sound
    network: Network

    def score(self, inputs: bench.Inputs) -> np.ndarray:
        training = self.network.training
        self.prepare_to_score()
        with torch.no_grad():
            ids = self.model.scored_tokens(inputs.views["texts"])
            batch = self.model.collate(ids, inputs)
            logits = self.network(batch)
            at_end = logits[torch.arange(len(batch.ends)), batch.ends].double()
            scores = self.model.probability(at_end).numpy()
        self.network.train(training)
        return self.model.final(scores)

    def prepare_to_score(self) -> None:
        self.network.eval()

    def save(self, folder: Path) -> None:
        weights = {name: t.contiguous() for name, t in self.model.state(self.network).items()}
        save_file(weights, folder / "weights.safetensors")
        shape: dict[str, Any] = {"d": len(self.network.mean)}
        (folder / "shape.json").write_text(json.dumps(shape))
