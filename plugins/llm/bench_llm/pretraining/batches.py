"""Texts as tokens: which are answers, where an event's classification is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from bench_llm.pretraining.readings import IGNORED

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from bench_llm.pretraining.readings import Readings
    from bench_llm.pretraining.texts import Text


@dataclass(frozen=True, eq=False)
class TextTokens:
    """A text as tokens, BOS first."""

    text: Text
    ids: list[int]
    answers: list[tuple[int, int]]
    """Where each answer begins and ends."""

    @property
    def cue(self) -> int:
        """Where the first answer is read."""
        return self.answers[0][0] - 1


@dataclass(frozen=True, eq=False)
class TextBatch:
    """Texts of like length, padded on the right."""

    ids: Tensor  # (b, longest)
    targets: Tensor  # (b, longest), the next token
    answered: Tensor  # (b, longest), whether the next token is an answer's
    cues: Tensor  # (2, k): text and position
    bins: Tensor  # (k, readings)


def tokenized(tokenizer: PreTrainedTokenizerBase, texts: Sequence[Text]) -> list[TextTokens]:
    """Texts as tokens, piece by piece."""
    flat = [piece for text in texts for piece in text.pieces]
    pieces = iter(tokenizer(flat, add_special_tokens=False)["input_ids"])
    made = []
    for text in texts:
        ids = [int(tokenizer.bos_token_id)]
        answers = []
        for n in range(len(text.pieces)):
            start = len(ids)
            ids += next(pieces)
            if n % 2:
                answers.append((start, len(ids)))
        made.append(TextTokens(text, ids, answers))
    return made


def collate(texts: Sequence[TextTokens], padding: int, readings: Readings) -> TextBatch:
    """One batch of some texts."""
    longest = max(len(text.ids) for text in texts)
    ids = np.full((len(texts), longest), padding, dtype=np.int64)
    targets = np.full_like(ids, IGNORED)
    answered = np.zeros(ids.shape, dtype=bool)
    for i, text in enumerate(texts):
        ids[i, : len(text.ids)] = text.ids
        targets[i, : len(text.ids) - 1] = text.ids[1:]
        for start, end in text.answers:
            answered[i, start - 1 : end - 1] = True
    asked = [(i, t.cue, t.text.numbers) for i, t in enumerate(texts) if t.text.numbers is not None]
    cues = np.array([[i, cue] for i, cue, _ in asked], dtype=np.int64).reshape(-1, 2).T
    d = len(readings.columns)
    x = np.array([numbers for *_, numbers in asked], dtype=np.float32).reshape(-1, d)
    arrays = (ids, targets, answered, np.ascontiguousarray(cues), readings.bins(x))
    return TextBatch(*map(torch.from_numpy, arrays))
