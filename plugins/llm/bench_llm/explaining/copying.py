"""Numbers of an explanation held to those that the event's text has: a constraint on decoding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from bench_llm.explaining.words import THOUSAND
from bench_llm.prompts.figures import Precision

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

SAID = re.compile(r"([^\s=,;:]+)=([-+]?\d+(?:\.\d+)?)(?![\d.]*\d)")
"""A number behind its short name, as prompts say it."""
BEGUN = re.compile(r"([^\s=,;:]+)=([-+]?[\d.]*)$")
"""The same at the end of a text that goes on."""
PART = re.compile(r"[\d.]+")
"""A token that a number consists of."""


@dataclass(frozen=True)
class Copying:
    """Holds the numbers behind a short name to those that stand behind it in the prompt.

    Which feature is named, and of two jets whose number is taken, is the model's. A number of 1000
    and more may also be said in thousands, as TeV are of GeV. Of a short name that the prompt does
    not have, any number may be written.
    """

    tokenizer: PreTrainedTokenizerBase
    prompts: Sequence[str]
    """The texts of the events of a batch, as they were read."""

    def __call__(self, ids: Tensor, scores: Tensor) -> Tensor:
        """The logits, (b, vocabulary), of tokens that may not follow made -inf."""
        texts = self.tokenizer.batch_decode(ids)
        shut = torch.zeros_like(scores, dtype=torch.bool)
        for row, text in enumerate(texts):
            begun = BEGUN.search(text)
            candidates = self.candidates[row].get(begun[1], ()) if begun else ()
            if begun and candidates:
                shut[row] = self._shut(begun[2], candidates, scores.shape[1]).to(scores.device)
        return scores.masked_fill(shut, -torch.inf)

    @cached_property
    def candidates(self) -> list[dict[str, tuple[str, ...]]]:
        """What may be quoted of each event, by short name."""
        made = []
        for prompt in self.prompts:
            of: dict[str, dict[str, None]] = {}
            for name, number in SAID.findall(prompt):
                said = of.setdefault(name, {})
                said[number] = None
                if abs(float(number)) >= THOUSAND:
                    said[Precision(_digits(number)).say(float(number) / THOUSAND)] = None
            made.append({name: tuple(said) for name, said in of.items()})
        return made

    @cached_property
    def parts(self) -> dict[int, str]:
        """The tokens that numbers consist of, with what they are."""
        tokens = self.tokenizer.convert_ids_to_tokens([*range(len(self.tokenizer))])
        return {i: token for i, token in enumerate(tokens) if token and PART.fullmatch(token)}

    def _shut(self, begun: str, candidates: Sequence[str], vocabulary: int) -> Tensor:
        """Which tokens may not follow a number so far: (vocabulary,)."""
        ended = begun in candidates
        shut = np.full(vocabulary, not ended)
        for token, part in self.parts.items():
            shut[token] = not any(one.startswith(begun + part) for one in candidates)
        if shut.all():  # a sign that stands in no candidate, say: nothing can be held to anything
            shut[:] = False
        return torch.from_numpy(shut)


def _digits(number: str) -> int:
    """How many significant digits a number is said to, at most 9."""
    return min(9, max(1, len(number.strip("+-0").replace(".", ""))))
