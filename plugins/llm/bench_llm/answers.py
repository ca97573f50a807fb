"""The tokens of the two answers as they follow a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

IGNORED = -100
"""Stands in the place of a token that no loss is taken of."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What follows a prompt: the label's tokens, and one that ends the turn."""

    ids: NDArray[np.int64]  # (2, longest): background, signal; IGNORED behind a shorter one
    lengths: tuple[int, int]
    """Tokens of the labels, without the one that ends the turn."""

    @property
    def parting(self) -> int:
        """The position of the first token in which the two answers differ."""
        return int(np.argmax(self.ids[0] != self.ids[1]))

    @property
    def tokens(self) -> tuple[int, int]:
        """The tokens of background and signal at that position."""
        background, signal = self.ids[:, self.parting].tolist()
        return background, signal

    @property
    def single(self) -> bool:
        """Whether each label is one token, so that one pass gives the odds of both."""
        return self.lengths == (1, 1)


def padded_answers(labels: list[list[int]], end: list[int]) -> Answers:
    """The answers of two labels, each with its end behind it.

    Raises:
        ValueError: they are the same, or one is the beginning of the other.
    """
    short = min(map(len, labels))
    if not short or labels[0][:short] == labels[1][:short]:
        raise ValueError("the answers begin with the same tokens up to the end of one")
    ids = np.full((2, max(map(len, labels)) + len(end)), IGNORED, dtype=np.int64)
    for row, label in zip(ids, labels, strict=True):
        row[: len(label) + len(end)] = [*label, *end]
    return Answers(ids, (len(labels[0]), len(labels[1])))
