"""Numbers of an explanation held to those that the event's text has: a constraint on decoding."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
HEAD = re.compile(r"(\S+): ")
"""What a line of a prompt is about, where it is about an object: `jet1: `."""
PART = re.compile(r"[\d.]+")
"""A token that a number consists of."""


@dataclass(frozen=True)
class Copying:
    """Holds the number behind a short name to what the prompt says of the feature that is named.

    Which feature is named is the model's: the short name, and the object that it last spoke of. Of
    an object that has no such number, those of the event or of any object may be taken. A number of
    1000 and more may also be said in thousands, as TeV are of GeV. Of a short name that the prompt
    does not have, any number may be written.
    """

    tokenizer: PreTrainedTokenizerBase
    prompts: Sequence[str]
    """The texts of the events of a batch, as they were read."""
    objects: Mapping[str, str]
    """Objects by all that they may be called: `jet 1` by `the leading jet`."""

    def __call__(self, ids: Tensor, scores: Tensor) -> Tensor:
        """The logits, (b, vocabulary), of tokens that may not follow made -inf."""
        texts = self.tokenizer.batch_decode(ids)
        shut = torch.zeros_like(scores, dtype=torch.bool)
        for row, text in enumerate(texts):
            begun = BEGUN.search(text)
            candidates = self._candidates(row, text[: begun.start()], begun[1]) if begun else ()
            if begun and candidates:
                shut[row] = self._shut(begun[2], candidates, scores.shape[1]).to(scores.device)
        return scores.masked_fill(shut, -torch.inf)

    def _candidates(self, row: int, before: str, name: str) -> Sequence[str]:
        """What may be quoted under a short name, behind what has been said so far."""
        said = self.said[row]
        last = max(self.objects, key=before.rfind, default="")
        spoken_of = self.objects[last].replace(" ", "") if last and last in before else ""
        for thing in (spoken_of, ""):
            if (thing, name) in said:
                return said[thing, name]
        return [
            number for (_, other), numbers in said.items() if other == name for number in numbers
        ]

    @cached_property
    def said(self) -> list[dict[tuple[str, str], list[str]]]:
        """What may be quoted of each event, by object, empty for the event's own, and name."""
        made = []
        for prompt in self.prompts:
            of: dict[tuple[str, str], list[str]] = {}
            for line in prompt.splitlines():
                head = HEAD.match(line)
                for name, number in SAID.findall(line):
                    said = of.setdefault((head[1] if head else "", name), [])
                    said.append(number)
                    if abs(float(number)) >= THOUSAND:
                        said.append(Precision(_digits(number)).say(float(number) / THOUSAND))
            made.append(of)
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
