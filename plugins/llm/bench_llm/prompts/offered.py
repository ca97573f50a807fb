"""The encoders that this package offers, and its formatter."""

from __future__ import annotations

from collections.abc import Iterable

import bench
from bench_llm.asking.formatter import LanguageModelFormatter, Reader
from bench_llm.bases.source import READS
from bench_llm.explaining.encoder import Explanations
from bench_llm.prompts.conversation import ChatPrompt
from bench_llm.prompts.features import FeaturesPrompt
from bench_llm.prompts.momenta import MomentaPrompt


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The prompts, and what is to be said of an event behind its answer."""
    return [FeaturesPrompt, MomentaPrompt, ChatPrompt, Explanations]


@bench.hookimpl
def bench_formatters() -> Iterable[type[bench.Formatter]]:
    """The language model that reads events in words."""
    return [LanguageModelFormatter, *([Reader] if READS.is_dir() else [])]
