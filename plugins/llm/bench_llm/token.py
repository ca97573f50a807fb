"""`llm-token`: a language model that reads the event's numbers as tokens of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import bench
from bench_llm.fusion import FusedLanguageModel


@dataclass(frozen=True)
class DedicatedToken(FusedLanguageModel):
    """A causal language model that reads the prompt and tokens that the numbers are put into."""

    name = "llm-token"
    reads = frozenset({"texts", "numbers"})
    optional = frozenset({"texts", "numbers"})
    encoder = ("prompt-features", "numbers")

    tokens: int = 1
    """How many tokens the numbers are put into."""
    place: Literal["start", "end"] = "start"
    """Where they stand: before the prompt, or behind it, so that the answer is read at the last."""

    def __post_init__(self) -> None:
        """Refuse less than one token."""
        super().__post_init__()
        if not 1 <= self.tokens <= 64:
            raise ValueError(f"tokens {self.tokens}: wanted 1 to 64")

    @property
    def numbers_place(self) -> str:
        """In tokens of their own."""
        return {"start": "dedicated", "end": "last"}[self.place]

    @property
    def embeddings(self) -> int:
        """As many as there are tokens."""
        return self.tokens


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """Dedicated tokens."""
    return [DedicatedToken]
