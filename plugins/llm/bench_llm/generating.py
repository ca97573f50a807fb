"""The study diary's way to an answer: it is generated as text and read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from bench_llm.prompts.frame import LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

    from bench_llm.examples import Examples
    from bench_llm.network.fused import Batch, FusedModel

NEW_TOKENS = 4
EVENTS = 64
WORDS = {label.strip(): float(y) for y, label in enumerate(LABELS)}


@dataclass(frozen=True, eq=False)
class Generation:
    """A network whose answers are generated as text."""

    network: FusedModel
    tokenizer: PreTrainedTokenizerBase
    device: str
    events: int = EVENTS
    """How many at once."""
    padded: int = 0
    """The length that every prompt is padded to, as the diary did; 0 for what a batch needs."""

    def answers(self, examples: Examples) -> NDArray[np.float64]:
        """1 for an answer `signal`, 0 for `background`, NaN for anything else: (n,)."""
        order = np.argsort(examples.tokens.lengths, kind="stable")
        scores = np.full(len(examples), np.nan)
        self.network.eval()
        with torch.inference_mode():
            for start in range(0, len(order), self.events):
                rows = order[start : start + self.events]
                answers = self._generate(examples.prompts(rows, self.device))
                scores[rows] = [read_answer(answer) for answer in answers]
        return scores

    def _generate(self, batch: Batch) -> list[str]:
        """Greedy decoding of a few tokens; padding is on the left and masked."""
        left, filled = left_padded(self.network, batch, self.padded)
        language: Any = self.network.language  # what generates is no part of its declared class
        made = language.generate(
            inputs_embeds=left,
            attention_mask=filled.long(),
            max_new_tokens=NEW_TOKENS,
            do_sample=False,
            pad_token_id=self.tokenizer.pad_token_id or 0,
        )
        texts: list[str] = self.tokenizer.batch_decode(made, skip_special_tokens=True)
        return texts


def left_padded(network: FusedModel, batch: Batch, padded: int = 0) -> tuple[Tensor, Tensor]:
    """The embeddings of prompts, (b, longest, width), and where they are not padding.

    Args:
        network: that embeds them.
        batch: prompts, padded on the right.
        padded: the length that they are padded to at least.
    """
    embedded = network.embed(batch)
    lengths = batch.reads[:, 0] + 1  # (b,)
    longest = max(int(lengths.max()), padded)
    places = torch.arange(longest, device=lengths.device)
    filled = places >= (longest - lengths)[:, None]  # (b, longest)
    left = embedded.new_zeros(len(lengths), longest, embedded.shape[-1])
    left[filled] = torch.cat([e[:n] for e, n in zip(embedded, lengths.tolist(), strict=True)])
    return left, filled


def read_answer(text: str) -> float:
    """What a generated text says: its first word is an answer, or there is none."""
    match = re.match(r"\W*(\w+)", text)
    return WORDS.get(match[1].lower(), np.nan) if match else np.nan
