"""The loss of the answer: cross-entropy among all tokens, or focal; weighed by event and class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from bench_llm.answers import IGNORED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench_llm.answers import Answers


@dataclass(frozen=True)
class Loss:
    """What is made small."""

    gamma: float
    """Focal loss (Lin et al. 2017): the cross-entropy of an answer that the network gives with
    probability p counts (1 - p)^gamma times; 0 for plain cross-entropy."""
    balanced: bool
    """Both classes weigh the same in sum, however many events each has."""

    def weights(self, y: NDArray[np.int8], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The weight of each event of the train sample: (n,), with a mean of 1."""
        scaled: NDArray[np.float64] = weights.astype("float64")
        if self.balanced:
            for label in (0, 1):
                scaled[y == label] /= scaled[y == label].sum()
        scaled /= scaled.mean()
        return scaled

    def of_events(self, logits: Tensor, answers: Tensor) -> Tensor:
        """The loss of each event, nats: (b,).

        Args:
            logits: (b, r, vocabulary).
            answers: (b, r), the answer's tokens; `IGNORED` where an answer is shorter.
        """
        losses = token_losses(logits, answers)
        if not self.gamma:
            return losses.sum(dim=1)
        first = losses[:, 0]
        focal = (-torch.expm1(-first)).clamp(min=1e-12) ** self.gamma * first
        return focal + losses[:, 1:].sum(dim=1)


def token_losses(logits: Tensor, tokens: Tensor) -> Tensor:
    """The cross-entropy of each token among all, nats: (b, r); 0 for `IGNORED`.

    Args:
        logits: (b, r, vocabulary).
        tokens: (b, r).
    """
    # of rows: torch's own way over a transposed axis errs by 1e-4 with many tokens, and is slow
    return cross_entropy(
        logits.float().flatten(0, 1), tokens.flatten(), ignore_index=IGNORED, reduction="none"
    ).reshape(tokens.shape)


def answer_loss(logits: Tensor, answers: Tensor, both: Answers) -> Tensor:
    """The cross-entropy among the two answers alone, nats: (b,); ln 2 for one that knows nothing.

    It is taken where the two part, at the first token in which they differ.

    Args:
        logits: (b, r, vocabulary).
        answers: (b, r).
        both: the two answers that there are.
    """
    among = logits[:, both.parting, list(both.tokens)].float()
    is_signal = answers[:, both.parting] == both.tokens[1]
    return cross_entropy(among, is_signal.long(), reduction="none")
