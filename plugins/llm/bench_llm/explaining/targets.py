"""The tokens of explanations that stand behind the answers of some of the train events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_llm.answers import IGNORED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench_llm.answers import Answers
    from bench_llm.turns import Turns

NUMBERS = np.float32(5)
"""What a digit weighs against a word: a phrasing is one of many, a number is right or wrong."""
COLON = ":"
"""Stands between an answer and its explanation."""


@dataclass(frozen=True, eq=False)
class Targets:
    """What each event is trained to generate: its answer, a colon, and its explanation, if any."""

    ids: NDArray[np.int32]  # (n, longest); IGNORED behind the end
    answered: NDArray[np.int64]  # (n,), tokens of the answer with its colon
    lengths: NDArray[np.int64]  # (n,), tokens in all
    numeric: NDArray[np.bool_]  # (vocabulary,), tokens that are digits of a number

    @property
    def explained(self) -> NDArray[np.bool_]:
        """Whether each event has an explanation: (n,)."""
        return self.lengths > self.answered

    @classmethod
    def of(
        cls,
        turns: Turns,
        answers: Answers,
        y: NDArray[np.int8],
        texts: Sequence[str],
        drawn: NDArray[np.bool_],
    ) -> Targets:
        """The tokens of these events.

        Args:
            turns: how the tokenizer wants answers.
            answers: the two answers, with what ends a turn.
            y: (n,), the labels.
            texts: the explanation of each event.
            drawn: (n,), whether an event is trained to explain.

        Raises:
            InputError: the tokenizer has no token for some sign of an explanation.
        """
        colon = turns.behind(bench.ANSWERS[1], [COLON])[0]
        starts, ends = [], []
        for ids, length in zip(answers.ids.tolist(), answers.lengths, strict=True):
            starts.append([*ids[:length], *colon])
            ends.append([token for token in ids[length:] if token != IGNORED])
        said = iter(
            turns.behind(
                bench.ANSWERS[1] + COLON,
                [f" {text}" for text, explained in zip(texts, drawn, strict=True) if explained],
            )
        )
        rows = [
            [*starts[label], *(next(said) + ends[label] if explained else [])]
            for label, explained in zip(y.tolist(), drawn.tolist(), strict=True)
        ]
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        ids = np.full((len(rows), int(lengths.max(initial=1))), IGNORED, dtype=np.int32)
        for padded, row in zip(ids, rows, strict=True):
            padded[: len(row)] = row
        answered = np.array([len(start) for start in starts])[y]
        return cls(ids, answered, lengths, turns.numeric)

    def weights(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """What each token of some events' explanations weighs: (b, longest of these)."""
        ids = self.of_rows(rows)
        weights = np.where(self.numeric[ids.clip(min=0)], NUMBERS, np.float32(1))
        own = np.arange(ids.shape[1]) < self.answered[rows][:, None]
        return np.where(own | (ids == IGNORED), np.float32(0), weights)

    def of_rows(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """The tokens of some events: (b, longest of these)."""
        longest = int(self.lengths[rows].max(initial=1))
        return self.ids[rows, :longest].astype(np.int64)
