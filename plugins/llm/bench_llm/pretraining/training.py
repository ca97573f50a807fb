"""Training of `tiny` on texts: every token from those before it, no label anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import bench
from bench_llm.pretraining.batches import TextBatch, TextTokens, collate
from bench_llm.pretraining.readings import BINS, IGNORED, Readings

if TYPE_CHECKING:
    from transformers import MistralForCausalLM, PreTrainedTokenizerBase

SHAPE: dict[str, Any] = {
    "hidden_size": 256,
    "intermediate_size": 640,
    "num_hidden_layers": 3,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 32,
    "max_position_embeddings": 1024,
    "sliding_window": None,
    "tie_word_embeddings": True,
}
"""Mistral's architecture at a size that fine-tunes on two CPU cores in minutes."""
STEP, PARTS = 32, 2
"""Texts of a step, and the batches by length that they are computed in."""
PEAK, WARMUP, FALL = 3e-3, 100, 0.2
"""The highest learning rate, the steps in which it rises, the share of all in which it falls."""
ANSWERS, READ = 4.0, 2.0
"""What a token of an answer weighs, and the readings; any other token weighs 1."""


def build(tokenizer: PreTrainedTokenizerBase, seed: int) -> MistralForCausalLM:
    """The model with random weights."""
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(seed)
    ends = {f"{n}_token_id": getattr(tokenizer, f"{n}_token_id") for n in ("bos", "eos", "pad")}
    config = MistralConfig(vocab_size=len(tokenizer), **ends, **SHAPE)
    config._attn_implementation = "eager"  # twice as fast as torch's in bfloat16 on a CPU
    return MistralForCausalLM(config)


def flat(steps: int) -> int:
    """The step from which the learning rate falls."""
    return int(steps * (1 - FALL))


def rate(step: int, steps: int) -> float:
    """The learning rate of a step: it rises, stays, and falls to nought."""
    fall = (steps - step) / (steps - flat(steps))
    return PEAK * min((step + 1) / WARMUP, 1.0, fall)


@dataclass(frozen=True)
class Losses:
    """What a step costs."""

    token: float
    """Nats a token."""
    reading: float
    """Nats a reading."""


class Pretraining:
    """A training of a model, and of the readout that is thrown away behind it."""

    def __init__(
        self, model: MistralForCausalLM, tokenizer: PreTrainedTokenizerBase, readings: Readings
    ) -> None:
        self.model, self.readings = model, readings
        self.padding = int(tokenizer.pad_token_id)
        self.readout = nn.Linear(model.config.hidden_size, len(readings) * BINS)
        self.weights = [*model.parameters(), *self.readout.parameters()]
        self.optimizer = torch.optim.AdamW(
            self.weights, lr=0.0, betas=(0.9, 0.98), weight_decay=0.1
        )
        self.step = 0
        self.seconds = 0.0

    def run(self, texts: Iterator[Sequence[TextTokens]], steps: int) -> Iterator[Losses]:
        """Train in place up to so many steps; each text group is a step."""
        while self.step < steps:
            for group in self.optimizer.param_groups:
                group["lr"] = rate(self.step, steps)
            losses = self._step(next(texts))
            self.step += 1
            yield losses

    def save(self, path: Path, steps: int) -> None:
        """Keep all that is needed to go on."""
        state = {name: getattr(self, name).state_dict() for name in _STATEFUL}
        new = path.with_suffix(".new")
        torch.save(state | {"step": self.step, "steps": steps, "seconds": self.seconds}, new)
        new.replace(path)

    def restore(self, path: Path, steps: int) -> None:
        """Go on from what was saved, as if it had never stopped.

        Raises:
            InputError: it was saved in a training of another length, whose rate had begun to fall.
        """
        state = torch.load(path, weights_only=True)
        length = state["steps"]
        if length != steps and state["step"] > min(flat(length), flat(steps)):
            raise bench.InputError(
                f"{path}: at step {state['step']} of {length}; wanted --steps {length}, or a "
                "state from before the learning rate falls"
            )
        for name in _STATEFUL:
            getattr(self, name).load_state_dict(state[name])
        self.step, self.seconds = state["step"], state["seconds"]

    def _step(self, texts: Sequence[TextTokens]) -> Losses:
        ordered = sorted(texts, key=lambda text: len(text.ids))
        size = -(-len(ordered) // PARTS)
        parts = [
            collate(ordered[i : i + size], self.padding, self.readings)
            for i in range(0, len(ordered), size)
        ]
        whole = sum(float(_weights(part).sum()) for part in parts)
        tokens = sum(int((part.targets != IGNORED).sum()) for part in parts)
        reads = max(1, sum(int((part.bins != IGNORED).sum()) for part in parts))
        self.optimizer.zero_grad(set_to_none=True)
        token = reading = 0.0
        for part in parts:
            said, read = self._losses(part)
            loss = (said * _weights(part).flatten()).sum() / whole + READ * read / reads
            loss.backward()
            token += float(said.detach().sum()) / tokens
            reading += float(read.detach()) / reads
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimizer.step()
        return Losses(token, reading)

    def _losses(self, part: TextBatch) -> tuple[Tensor, Tensor]:
        """The loss of each token, nats: (b * longest,); the sum of those of the readings."""
        with torch.autocast("cpu", torch.bfloat16):
            states = self.model.model(input_ids=part.ids, use_cache=False).last_hidden_state
            logits = self.model.lm_head(states).float().flatten(0, 1)
            read = self.readout(states[part.cues[0], part.cues[1]]).float().view(-1, BINS)
        said = cross_entropy(logits, part.targets.flatten(), ignore_index=IGNORED, reduction="none")
        bins = cross_entropy(read, part.bins.flatten(), ignore_index=IGNORED, reduction="sum")
        return said, bins


_STATEFUL = ("model", "readout", "optimizer")


def _weights(part: TextBatch) -> Tensor:
    return torch.where(part.answered, ANSWERS, 1.0) * (part.targets != IGNORED)
