"""Training of `tiny` on texts: every token from those before it, no label anywhere."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

if TYPE_CHECKING:
    from transformers import MistralForCausalLM, PreTrainedTokenizerBase

SHAPE: dict[str, Any] = {
    "hidden_size": 256,
    "intermediate_size": 640,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 1,
    "max_position_embeddings": 1024,
    "sliding_window": None,
    "tie_word_embeddings": True,
}
"""Mistral's architecture at a size that fine-tunes on two CPU cores in minutes."""
BATCH = 32
PEAK = 3e-3
IGNORED = -100


def build(tokenizer: PreTrainedTokenizerBase, seed: int) -> MistralForCausalLM:
    """The model with random weights."""
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(seed)
    ends = {f"{n}_token_id": getattr(tokenizer, f"{n}_token_id") for n in ("bos", "eos", "pad")}
    return MistralForCausalLM(MistralConfig(vocab_size=len(tokenizer), **ends, **SHAPE))


def pretrain(
    model: MistralForCausalLM,
    tokenizer: PreTrainedTokenizerBase,
    epochs: Iterator[list[str]],
    steps: int,
    report: Callable[[int, float, float], None],
) -> float:
    """Train in place for so many steps; gives the mean loss of the last hundred, nats a token."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.0, betas=(0.9, 0.98), weight_decay=0.1)
    losses: list[float] = []
    started = time.monotonic()
    for step, batch in zip(range(steps), _batches(tokenizer, epochs), strict=False):
        factor = min((step + 1) / 100, 0.5 * (1 + math.cos(math.pi * step / steps)) + 0.02)
        optimizer.param_groups[0]["lr"] = PEAK * factor
        ids = batch[:, :-1]
        targets = batch[:, 1:].masked_fill(batch[:, 1:] == tokenizer.pad_token_id, IGNORED)
        logits = model(input_ids=ids, use_cache=False).logits
        loss = cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step % 50 == 0:
            report(step, float(np.mean(losses[-50:])), time.monotonic() - started)
    return float(np.mean(losses[-100:]))


def _batches(tokenizer: PreTrainedTokenizerBase, epochs: Iterator[list[str]]) -> Iterator[Tensor]:
    """Tokens of texts of like length: (b, longest), padded on the right."""
    for epoch, texts in enumerate(epochs):
        token_ids = sorted(tokenizer(texts)["input_ids"], key=len)
        rows = [token_ids[i : i + BATCH] for i in range(0, len(token_ids), BATCH)]
        for i in np.random.default_rng(epoch).permutation(len(rows)):
            longest = max(map(len, rows[i]))
            padded = [ids + [tokenizer.pad_token_id] * (longest - len(ids)) for ids in rows[i]]
            yield torch.tensor(padded)
