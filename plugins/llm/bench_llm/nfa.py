"""`llm-nfa`: a language model with the event's numbers fused into a token of its prompt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import bench
from bench_llm.fusion import FusedLanguageModel


@dataclass(frozen=True)
class PromptFusion(FusedLanguageModel):
    """A causal language model that reads the prompt, with the numbers fused into a token."""

    name = "llm-nfa"
    reads = frozenset({"texts", "numbers"})
    optional = frozenset({"texts", "numbers"})
    encoder = ("prompt-features", "numbers")

    place: Literal["first", "prepended", "answer"] = "answer"
    """Add the numbers' embedding to the first token's; or put it before that, as the study diary's
    code did; or add it to the last token's, where the answer is read."""

    @property
    def numbers_place(self) -> str:
        """As the option says."""
        return self.place


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """Fusion into a token of the prompt."""
    return [PromptFusion]
