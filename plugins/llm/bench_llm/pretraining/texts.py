"""What `tiny` reads before any fine-tuning: unlabelled events and plain numbers, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench_llm.prompts.conversation import ChatPrompt
from bench_llm.prompts.features import FeaturesPrompt
from bench_llm.prompts.figures import Precision
from bench_llm.prompts.frame import CUE, LABELS, QUESTION
from bench_llm.prompts.momenta import MomentaPrompt

if TYPE_CHECKING:
    import bench

FORMS = (
    (FeaturesPrompt(digits=3), 6),
    (FeaturesPrompt(digits=2), 2),
    (FeaturesPrompt(digits=4), 2),
    (ChatPrompt(digits=3), 1),
    (MomentaPrompt(digits=3), 2),
    (MomentaPrompt(digits=5), 1),
)
"""The prompts, and how often each of them."""
JETS = {"jet 1": "the leading jet", "jet 2": "the second jet"}
PROSE, SUMS = 3, 3
"""How often an event told in prose, and a text of plain numbers."""


def event_texts(table: bench.Table, seed: int) -> Iterator[str]:
    """A text of each event, in one form or another; the labels play no part."""
    rng = np.random.default_rng(seed)
    share = np.array([*(often for _, often in FORMS), PROSE, SUMS], dtype=np.float64)
    forms = rng.choice(len(share), size=len(table), p=share / share.sum())
    texts: list[str] = [""] * len(table)
    for form, (encoder, _) in enumerate(FORMS):
        rows = np.flatnonzero(forms == form)
        if len(rows):
            said = encoder.encode(table.take(rows), {})["texts"]
            for row, text in zip(rows, said, strict=True):
                texts[row] = text
    for row in np.flatnonzero(forms == len(FORMS)):
        texts[row] = prose(table.columns, table.x[row].tolist(), rng)
    for row in np.flatnonzero(forms == len(FORMS) + 1):
        texts[row] = sums(rng)
    yield from texts


def prose(
    columns: Sequence[bench.Column], values: Sequence[float], rng: np.random.Generator
) -> str:
    """An event in sentences, its facts in any order."""
    precision = Precision(int(rng.integers(2, 6)))
    sentences = []
    for i in rng.permutation(len(columns)):
        column, number = columns[i], precision.say(values[i])
        if jet := JETS.get(column.object):
            sentences.append(f"{column.quantity} of {jet} is {number}.")
        else:
            sentences.append(f"{column.name} is {number}.")
    return " ".join(sentences)


def sums(rng: np.random.Generator) -> str:
    """Lines about pairs of numbers: their sum and difference, which is larger, both in order."""
    lines = []
    for _ in range(5):
        precision = Precision(int(rng.integers(2, 5)))
        scale = 10.0 ** rng.integers(0, 4)
        a, b = (float(precision.say(v)) for v in rng.normal(size=2) * scale)
        low, high = sorted((a, b))
        say = precision.say
        choices = (
            f"{say(a)} + {say(b)} = {say(a + b)}",
            f"{say(a)} - {say(b)} = {say(a - b)}",
            f"{say(low)} < {say(high)}",
            f"the larger of {say(a)} and {say(b)} is {say(high)}.",
            f"{say(a)} GeV = {say(a / 1000)} TeV",
        )
        lines.append(choices[rng.integers(len(choices))])
    return "\n".join(lines)


def vocabulary_texts() -> list[str]:
    """The words that a task is told in, the answers among them, without any event."""
    return [QUESTION, CUE, *LABELS, *(CUE + label for label in LABELS)]
