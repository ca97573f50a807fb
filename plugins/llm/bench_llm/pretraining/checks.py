"""How `tiny` answers on texts of events that it has not read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from bench_llm.pretraining.batches import TextTokens, collate
from bench_llm.pretraining.texts import COIN, END

if TYPE_CHECKING:
    from transformers import MistralForCausalLM

    from bench_llm.pretraining.readings import Readings

BATCH = 32


@dataclass(frozen=True)
class Answered:
    """How well a kind of question is answered."""

    right: float
    """Share of the answers whose every token is the likeliest one."""
    commonest: float
    """Share that would be right by always giving the commonest answer."""
    asked: int


def accuracies(
    model: MistralForCausalLM, texts: Sequence[TextTokens], padding: int, readings: Readings
) -> dict[str, Answered]:
    """By kind of question.

    A coin's answer counts as right where one of the two answers is the likeliest.
    """
    right: dict[str, list[bool]] = defaultdict(list)
    given: dict[str, Counter[str]] = defaultdict(Counter)
    ordered = sorted(texts, key=lambda text: len(text.ids))
    coin = {text.ids[text.answers[0][0]] for text in texts if text.text.kinds[0] == COIN}
    for i in range(0, len(ordered), BATCH):
        part = ordered[i : i + BATCH]
        with torch.inference_mode():
            ids = collate(part, padding, readings).ids
            likeliest = model(input_ids=ids, use_cache=False).logits.argmax(dim=-1).tolist()
        for text, said in zip(part, likeliest, strict=True):
            answers = zip(text.text.kinds, text.answers, text.text.pieces[1::2], strict=True)
            for kind, (start, end), answer in answers:
                exact = said[start - 1 : end - 1] == text.ids[start:end]
                right[kind].append(said[start - 1] in coin if kind == COIN else exact)
                given[kind][answer.removesuffix(END)] += 1
    return {
        kind: Answered(
            float(np.mean(hits)), given[kind].most_common(1)[0][1] / len(hits), len(hits)
        )
        for kind, hits in sorted(right.items())
    }
