"""`llm-nfa`: a language model with the event's numbers fused into its first token."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    from bench_llm.fitted import FittedLanguageModel


@dataclass(frozen=True)
class FirstTokenFusion(bench.Model):
    """A causal language model that reads the prompt, with the numbers added to its first token."""

    name = "llm-nfa"
    reads = frozenset({"texts", "numbers"})
    optional = frozenset({"texts", "numbers"})
    encoder = ("prompt-features", "numbers")

    base: str = "tiny"
    """The language model: `tiny`, or the folder of one in the Hugging Face layout."""
    units: int = 256
    """Units of each of the adapter's two hidden layers."""
    lr: float = 2e-3
    """Peak learning rate of the language model."""
    adapter_lr: float = 2e-3
    """Peak learning rate of the adapter."""
    epochs: int = 5
    """Passes over the train split; the one with the best AUC on the valid split is kept."""
    batch: int = 128
    """Events in a step."""
    warmup: float = 0.1
    """Share of the steps in which the learning rate rises; a cosine to zero follows."""
    weight_decay: float = 0.01
    """Decoupled weight decay (AdamW)."""
    clip: float = 1.0
    """Norm that the gradient is clipped to."""
    withhold: float = 0.25
    """Share of the events of a step that go without their numbers, so that the text is learned."""

    def __post_init__(self) -> None:
        """Refuse numbers that no training can have."""
        if min(self.units, self.epochs, self.batch) < 1:
            raise ValueError("units, epochs and batch: wanted at least 1 each")
        if not (0 <= self.warmup < 1 and 0 <= self.withhold < 1 and self.clip > 0):
            raise ValueError("wanted 0 <= warmup < 1, 0 <= withhold < 1 and clip > 0")

    def content(self) -> str:
        """The hash of the base's files."""
        from bench_llm.base import base_digest

        return base_digest(self.base)

    def fit(
        self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context
    ) -> FittedLanguageModel:
        """Train on the answer alone; the train split gives the numbers' scaling and the tokens."""
        from bench_llm.fitted import fit_fusion

        return fit_fusion(self, train, valid, context)

    def load(self, folder: Path, context: bench.Context) -> FittedLanguageModel:
        """Network and tokenizer as they were saved."""
        from bench_llm.fitted import FittedLanguageModel

        return FittedLanguageModel.load(folder, context.device)


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """First-token fusion."""
    return [FirstTokenFusion]
