"""How `tiny` answers on texts of events that it has not read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from bench_llm.pretraining.batches import TextTokens, collate

if TYPE_CHECKING:
    from transformers import MistralForCausalLM

    from bench_llm.pretraining.readings import Readings

BATCH = 32


def accuracies(
    model: MistralForCausalLM, texts: Sequence[TextTokens], padding: int, readings: Readings
) -> dict[str, tuple[float, int]]:
    """By kind of question, the share of answers whose every token is the likeliest, and how many.

    A coin's answer counts as right where one of the two answers is likeliest.
    """
    right: dict[str, list[bool]] = defaultdict(list)
    ordered = sorted(texts, key=lambda text: len(text.ids))
    first = {text.ids[text.answers[0][0]] for text in texts if text.text.kinds[0] == "coin"}
    for i in range(0, len(ordered), BATCH):
        part = ordered[i : i + BATCH]
        with torch.inference_mode():
            ids = collate(part, padding, readings).ids
            likeliest = model(input_ids=ids, use_cache=False).logits.argmax(dim=-1).tolist()
        for text, said in zip(part, likeliest, strict=True):
            for kind, (start, end) in zip(text.text.kinds, text.answers, strict=True):
                exact = said[start - 1 : end - 1] == text.ids[start:end]
                right[kind].append(said[start - 1] in first if kind == "coin" else exact)
    return {kind: (float(np.mean(hits)), len(hits)) for kind, hits in sorted(right.items())}
