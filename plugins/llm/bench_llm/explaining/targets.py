"""The tokens of explanations: what is learned to be said behind the answers of some events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_llm.answers import IGNORED
from bench_llm.explaining.encoder import phrasings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_llm.answers import Answers
    from bench_llm.turns import Turns

STEP = 8
"""Batches are padded to multiples of so many tokens: for each length there is, oneDNN keeps code of
its own for each product, some gigabytes for texts of 40 to 110 tokens."""
COLON = ":"
"""Stands between an answer and its explanation."""


@dataclass(frozen=True, eq=False)
class Targets:
    """What is said of events, each in some ways: a colon, a text, and what ends a turn."""

    of: NDArray[np.intp]  # (m,), the event of each text
    ids: NDArray[np.int64]  # (m, longest); IGNORED behind the end
    lengths: NDArray[np.int64]  # (m,)
    colon: int
    """Tokens of the colon, which is read and not learned."""

    @classmethod
    def read(cls, turns: Turns, answers: Answers, explanations: Sequence[str]) -> Targets:
        """The tokens of these explanations, of an event each.

        Raises:
            InputError: the tokenizer has no token for some sign of one.
        """
        said = [
            (event, text) for event, ways in enumerate(explanations) for text in phrasings(ways)
        ]
        end = ending(answers)
        colon = colon_of(turns)
        texts = turns.behind(bench.ANSWERS[1] + COLON, [f" {text}" for _, text in said])
        rows = [[*colon, *text, *end] for text in texts]
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        longest = -(-int(lengths.max(initial=1)) // STEP) * STEP
        ids = np.full((len(rows), longest), IGNORED, dtype=np.int64)
        for padded, row in zip(ids, rows, strict=True):
            padded[: len(row)] = row
        return cls(np.array([event for event, _ in said], dtype=np.intp), ids, lengths, len(colon))

    def of_rows(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """The tokens of some texts: (b, longest of these, up to a multiple of `STEP`)."""
        longest = int(self.lengths[rows].max(initial=1))
        return self.ids[rows, : -(-longest // STEP) * STEP]


def colon_of(turns: Turns) -> list[int]:
    """The tokens of the colon behind an answer."""
    return turns.behind(bench.ANSWERS[1], [COLON])[0]


def ending(answers: Answers) -> list[int]:
    """What ends the turn of an answer: a token, or none."""
    return [token for token in answers.ids[1, answers.lengths[1] :].tolist() if token != IGNORED]
