"""The texts that the base `reader` learns from, as a model gets them: marked, with their facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from bench_llm.asking.marking import NOTHING, fact, sheets
from reading_rewording import Rewording
from reading_speaking import Speaker
from reading_templates import Templates
from reading_words import OBJECTS, QUANTITIES

import bench
from bench.testing import passage_of

LEARNED = Path(__file__).parents[2] / "benchmarks" / "asking_templates_development.txt"
TEMPLATES = 0.65
"""The share of texts from templates; the others are put together by a speaker."""
JUDGED = 9
"""One template in so many is left out of the training, to judge it by."""


@dataclass(frozen=True)
class Marked:
    """A text with its numbers marked, and the lines that say what they are."""

    text: str
    """Up to the cue."""
    lines: tuple[tuple[str, str], ...]
    """The mark of each number, and its fact."""


def judged() -> tuple[list[str], list[str]]:
    """The templates to learn from, and those to judge by."""
    text = LEARNED.read_text(encoding="utf-8")
    every = re.split(r"^=== \d+\n", text, flags=re.MULTILINE)[1:]
    return (
        [one for i, one in enumerate(every) if i % JUDGED],
        [one for i, one in enumerate(every) if not i % JUDGED],
    )


class Source:
    """Marked texts without an end."""

    def __init__(self, vocabulary: bench.Vocabulary, templates: Sequence[str], seed: int) -> None:
        self.rng, self.vocabulary = np.random.default_rng((2027, seed)), vocabulary
        self.facts = {q.name: fact(q) for q in vocabulary.quantities}
        self.templates = Templates(Rewording(vocabulary), templates, self.rng)
        self.speaker = Speaker(extended(vocabulary), self.rng)

    def texts(self, share: float = TEMPLATES) -> Iterator[Marked]:
        """The share of them is from templates."""
        while True:
            of = self.templates if self.rng.random() < share else self.speaker
            text, said = of.text()
            if self.rng.random() < 0.04:
                text, said = self._twice(text, said)
            yield from self._marked(text, said)

    def _twice(
        self, text: str, said: list[tuple[tuple[int, int], str]]
    ) -> tuple[str, list[tuple[tuple[int, int], str]]]:
        """The text and another one behind it."""
        more, others = self.templates.text()
        at = len(text) + 1
        return f"{text}\n{more}", [*said, *(((a + at, b + at), n) for (a, b), n in others)]

    def _marked(self, text: str, said: list[tuple[tuple[int, int], str]]) -> Iterator[Marked]:
        passage = passage_of(text, self.vocabulary)
        numbers = passage.numbers
        names = {place: name for span, name in said for place in range(*span)}
        of = [names.get(n.span[0]) or names.get(n.span[1] - 1) or "" for n in numbers]
        if any(name and name not in n.candidates for n, name in zip(numbers, of, strict=True)):
            return
        for sheet in sheets(passage):
            lines = tuple(
                (sheet.mark(place), self.facts.get(of[place], NOTHING)) for place in sheet.places
            )
            yield Marked(sheet.text, lines)


def extended(vocabulary: bench.Vocabulary) -> bench.Vocabulary:
    """The vocabulary with more words for its quantities and objects."""

    def end(quantity: bench.Quantity) -> str:
        name = quantity.name
        return name if quantity.object not in vocabulary.objects else name.partition("_")[2]

    quantities = tuple(
        replace(q, words=(*q.words, *QUANTITIES.get(end(q), ()))) for q in vocabulary.quantities
    )
    objects = {name: (*of, *OBJECTS.get(name, ())) for name, of in vocabulary.objects.items()}
    return replace(vocabulary, quantities=quantities, objects=objects)
