"""`llm-text`: a language model that reads an event as text alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bench
from bench_llm.language import LanguageModel


@dataclass(frozen=True)
class TextOnly(LanguageModel):
    """A causal language model that reads the prompt and nothing else."""

    name = "llm-text"
    reads = frozenset({"texts"})
    encoder = "prompt-features"


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """Text alone."""
    return [TextOnly]
