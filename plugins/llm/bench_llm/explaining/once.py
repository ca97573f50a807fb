"""Nothing said twice: a constraint on decoding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import torch

import bench
from bench_llm.explaining.words import GEV, SIDES, TEV, Vocabulary, unit_said

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

START = re.compile(r"(?<!\w)\w")
"""Where a word begins."""
NUMBER = re.compile(r"[-+]?[\d.]*")
"""A number so far."""
BETWEEN = ("for", "like", "what", "and", "but", "against", "it", "speaks", "points", "to", *SIDES)
"""What stands between claims; it opens none."""


@dataclass(frozen=True, eq=False)
class Openings:
    """How claims begin, up to the equals sign before their number."""

    columns: Sequence[bench.Column]

    @cached_property
    def of(self) -> dict[str, str]:
        """The feature that each names, in small letters; '' where that could be two."""
        vocabulary, made = Vocabulary(self.columns), dict[str, str]()
        for column in self.columns:
            for way in vocabulary.ways(column):
                for adjective in (*way.form.high, *way.form.low):
                    start = way.form.template.partition("{v}")[0]
                    start = start.format(**way.words, a=adjective).lower()
                    same = made.setdefault(start, column.name) == column.name
                    made[start] = column.name if same else ""
        return made

    @cached_property
    def begun(self) -> dict[str, frozenset[str]]:
        """The features that may yet be named behind each beginning; with '', what names none."""
        units = {unit_said(column) for column in self.columns} | {TEV, GEV}
        known: dict[str, set[str]] = {}
        for text, column in (
            *self.of.items(),
            *((word.lower(), "") for word in (*BETWEEN, *units)),
        ):
            for end in range(1, len(text) + 1):
                known.setdefault(text[:end], set()).add(column)
        return {start: frozenset(columns) for start, columns in known.items()}

    def named(self, text: str) -> frozenset[str]:
        """The features that a text, in small letters, has named."""
        pieces = text.split("=")[:-1]
        return frozenset(filter(None, (self._named(f"{piece}=") for piece in pieces)))

    def naming(self, text: str) -> frozenset[str]:
        """Those that the end of a text can name; with '' where it may be no claim; else empty."""
        for start in START.finditer(text):
            if columns := self.begun.get(text[start.start() :]):
                return columns
        return frozenset()

    def _named(self, piece: str) -> str:
        starts = (start.start() for start in START.finditer(piece))
        return next((self.of[piece[i:]] for i in starts if piece[i:] in self.of), "")


@dataclass(frozen=True, eq=False)
class Once:
    """Keeps a text from naming a feature that it has named.

    A token is shut as soon as the claim that it begins or goes on can be about such features alone:
    so the words before it are not said in vain. It comes after all that changes the logits, as it
    looks at the likeliest token of each event until that may follow.
    """

    tokenizer: PreTrainedTokenizerBase
    openings: Openings
    _named: dict[str, frozenset[str]] = field(default_factory=dict)
    """What has been named, by the text up to its last equals sign."""

    def __call__(self, ids: Tensor, scores: Tensor) -> Tensor:
        """The logits, (b, vocabulary), of tokens that repeat a claim made -inf."""
        scores, rows = scores.clone(), torch.arange(len(ids), device=ids.device)
        while len(rows):
            likeliest = scores[rows].argmax(dim=1)
            texts = self.tokenizer.batch_decode(torch.cat([ids[rows], likeliest[:, None]], dim=1))
            again = torch.tensor([self._repeats(text.lower()) for text in texts])
            rows, shut = rows[again.to(rows.device)], likeliest[again.to(rows.device)]
            scores[rows, shut] = -torch.inf
            rows = rows[scores[rows].amax(dim=1) > -torch.inf]
        return scores

    def _repeats(self, text: str) -> bool:
        """Whether what a text ends with can be about what it has named alone."""
        said, sign, tail = text.rpartition("=")
        if sign and NUMBER.fullmatch(tail):  # it has just named something
            said, sign, tail = said.rpartition("=")
            tail += "="
        naming = self.openings.naming(tail)
        return bool(naming) and naming <= self._of(said + sign)

    def _of(self, said: str) -> frozenset[str]:
        if said not in self._named:
            self._named[said] = self.openings.named(said)
        return self._named[said]
