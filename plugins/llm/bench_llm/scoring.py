"""P(signal) from the probabilities that a network gives the two answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from bench_llm.network.beginning import Beginning, beginning_of
from bench_llm.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from bench_llm.examples import Examples
    from bench_llm.network.fused import Batch

TOKENS = {"cpu": 2048, "cuda": 24_576}
"""Tokens computed at once: on a CPU what its caches hold, on a GPU what keeps it busy."""
EVEN = 0.5
"""P(signal) from which on an answer is `signal`."""


def score(
    network: nn.Module, examples: Examples, device: str, ranks: Ranks = ALONE
) -> NDArray[np.float64]:
    """P(signal) of each event among the two answers: (n,); batches of like length.

    Each of the processes that score together takes its share of the batches.
    """
    if not len(examples):
        return np.empty(0)
    scores, training = np.zeros(len(examples)), network.training
    network.eval()
    with torch.inference_mode():
        scorer = _Scorer(network, examples, device, _beginning(network, examples, device))
        every = batches(examples.tokens.lengths, TOKENS[device.partition(":")[0]])
        for rows in every[ranks.rank :: ranks.count]:
            scores[rows] = torch.sigmoid(scorer.odds(rows)).cpu().numpy()
    network.train(training)
    ranks.add([torch.from_numpy(scores)])
    return scores


def _beginning(network: nn.Module, examples: Examples, device: str) -> Beginning | None:
    """What all prompts begin with, if they are to be read from their first token on."""
    tokens = examples.tokens
    if examples.states is not None:
        return None
    return beginning_of(network, tokens.ids, tokens.lengths, device)


@dataclass(frozen=True, eq=False)
class _Scorer:
    """A network that scores events, with what their prompts begin with."""

    network: nn.Module
    examples: Examples
    device: str
    beginning: Beginning | None

    def odds(self, rows: NDArray[np.intp]) -> Tensor:
        """The log odds of the two labels: (b,)."""
        answers = self.examples.tokens.answers
        if not answers.single:
            return self._log_probability(rows, 1) - self._log_probability(rows, 0)
        background, signal = answers.tokens
        logits = self._logits(self.examples.prompts(rows, self.device))[:, 0]
        return logits[:, signal] - logits[:, background]

    def _log_probability(self, rows: NDArray[np.intp], label: int) -> Tensor:
        """That the network answers with all tokens of a label's word: (b,), nats."""
        answers = self.examples.tokens.answers
        word = np.tile(answers.ids[label, : answers.lengths[label]], (len(rows), 1))
        batch, tokens = self.examples.followed(rows, word, self.device)
        return self._logits(batch).log_softmax(-1).gather(-1, tokens[..., None]).sum(dim=(1, 2))

    def _logits(self, batch: Batch) -> Tensor:
        """(b, r, vocabulary)."""
        logits: Tensor = self.network(self.beginning.behind(batch) if self.beginning else batch)
        return logits.double()


def batches(lengths: NDArray[np.int64], tokens: int) -> list[NDArray[np.intp]]:
    """Rows in batches of like length, of at most so many tokens each with their padding."""
    order = np.argsort(lengths, kind="stable")
    made, start = [], 0
    for end in range(1, len(order) + 1):
        if end == len(order) or (end + 1 - start) * lengths[order[end]] > tokens:
            made.append(order[start:end])
            start = end
    return made
