"""P(signal) from the probabilities that a network gives the two answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from bench_llm.examples import Examples

TOKENS = {"cpu": 4096, "cuda": 24_576}
"""Tokens computed at once: on a CPU what its caches hold, on a GPU what keeps it busy."""


def score(network: nn.Module, examples: Examples, device: str) -> NDArray[np.float64]:
    """P(signal) of each event among the two answers: (n,); batches of like length."""
    odds = _odds_in_one_pass if examples.tokens.answers.single else _odds_of_words
    scores = np.empty(len(examples))
    training = network.training
    network.eval()
    with torch.inference_mode():
        for rows in batches(examples.tokens.lengths, TOKENS[device.partition(":")[0]]):
            scores[rows] = torch.sigmoid(odds(network, examples, rows, device)).cpu().numpy()
    network.train(training)
    return scores


def _odds_in_one_pass(
    network: nn.Module, examples: Examples, rows: NDArray[np.intp], device: str
) -> Tensor:
    """The log odds of two labels of one token each: (b,)."""
    background, signal = examples.tokens.answers.tokens
    logits: Tensor = network(examples.prompts(rows, device))[:, 0].double()
    return logits[:, signal] - logits[:, background]


def _odds_of_words(
    network: nn.Module, examples: Examples, rows: NDArray[np.intp], device: str
) -> Tensor:
    """The log odds of two labels by the probabilities of all their tokens: (b,)."""
    background, signal = (
        _log_probability(network, examples, rows, label, device) for label in (0, 1)
    )
    return signal - background


def _log_probability(
    network: nn.Module, examples: Examples, rows: NDArray[np.intp], label: int, device: str
) -> Tensor:
    """That the network answers with all tokens of a label's word: (b,), nats."""
    answers = examples.tokens.answers
    word = answers.ids[label, : answers.lengths[label]]
    batch, tokens = examples.followed(rows, np.tile(word, (len(rows), 1)), device)
    logits: Tensor = network(batch).double()  # (b, r, vocabulary)
    return logits.log_softmax(-1).gather(-1, tokens[..., None]).sum(dim=(1, 2))


def batches(lengths: NDArray[np.int64], tokens: int) -> list[NDArray[np.intp]]:
    """Rows in batches of like length, of at most so many tokens each with their padding."""
    order = np.argsort(lengths, kind="stable")
    made, start = [], 0
    for end in range(1, len(order) + 1):
        if end == len(order) or (end + 1 - start) * lengths[order[end]] > tokens:
            made.append(order[start:end])
            start = end
    return made
