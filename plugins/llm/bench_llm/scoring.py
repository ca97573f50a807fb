"""P(signal) from one forward pass: the probabilities of the two answers' first tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import nn

    from bench_llm.examples import Examples

TOKENS = {"cpu": 4096, "cuda": 24_576}
"""Tokens computed at once: on a CPU what its caches hold, on a GPU what keeps it busy."""


def score(
    network: nn.Module, examples: Examples, answer_tokens: tuple[int, int], device: str
) -> NDArray[np.float64]:
    """P(signal) of each event among the two answers: (n,); batches of like length."""
    background, signal = answer_tokens
    scores = np.empty(len(examples))
    training = network.training
    network.eval()
    with torch.inference_mode():
        for rows in batches(examples.tokens.lengths, TOKENS[device.partition(":")[0]]):
            logits = network(examples.prompts(rows, device))[:, 0].double()
            odds = logits[:, signal] - logits[:, background]
            scores[rows] = torch.sigmoid(odds).cpu().numpy()
    network.train(training)
    return scores


def batches(lengths: NDArray[np.int64], tokens: int) -> list[NDArray[np.intp]]:
    """Rows in batches of like length, of at most so many tokens each with their padding."""
    order = np.argsort(lengths, kind="stable")
    made, start = [], 0
    for end in range(1, len(order) + 1):
        if end == len(order) or (end + 1 - start) * lengths[order[end]] > tokens:
            made.append(order[start:end])
            start = end
    return made
