"""Explanations as a fitted network generates them: its answer first, then why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

import bench
from bench_llm.answers import IGNORED
from bench_llm.explaining.copying import Copying
from bench_llm.explaining.draws import uniform
from bench_llm.explaining.reading import ClaimReader
from bench_llm.explaining.targets import COLON
from bench_llm.explaining.words import SIDES, called
from bench_llm.generating import EVENTS, left_padded

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from bench_llm.examples import Examples
    from bench_llm.network.fused import FusedModel
    from bench_llm.rendering import Renderer

TEMPERATURE = 0.7
"""Of the draws among likely tokens, where any are drawn."""


@dataclass(frozen=True, eq=False)
class Explaining:
    """A network that says why."""

    network: FusedModel
    renderer: Renderer
    device: str
    longest: int
    """Tokens that an answer with its explanation may have."""
    prompts: Sequence[str]
    """The text of each event: numbers are held to what it says; empty to write any."""

    def explain(
        self,
        examples: Examples,
        ids: NDArray[np.uint64],
        columns: Sequence[bench.Column],
        seed: int | None,
    ) -> list[bench.Explanation]:
        """The explanation of each event, in order.

        Args:
            examples: the events as they are scored.
            ids: (n,), theirs; what is drawn for an event follows from its id and the seed.
            columns: the features that claims may be about.
            seed: of the draws; None for the likeliest token each time.
        """
        reader, objects = ClaimReader(columns), called(columns)
        texts = [""] * len(examples)
        order = np.argsort(examples.tokens.lengths, kind="stable")
        self.network.eval()
        with torch.inference_mode():
            for start in range(0, len(order), EVENTS):
                rows = order[start : start + EVENTS]
                shaping: list[_Noise | Copying] = []
                if self.prompts:
                    few = [self.prompts[row] for row in rows]
                    shaping.append(Copying(self.renderer.tokenizer, few, objects))
                if seed is not None:
                    shaping.append(_Noise(uniform(ids[rows], seed)))
                for row, text in zip(rows, self._generate(examples, rows, shaping), strict=True):
                    texts[row] = text
        return [_split(text, reader) for text in texts]

    def _generate(
        self, examples: Examples, rows: NDArray[np.intp], shaping: Sequence[_Noise | Copying]
    ) -> list[str]:
        """Decoding with a cache of keys and values, to the end of each turn."""
        tokenizer = self.renderer.tokenizer
        answers = examples.tokens.answers
        behind = [token for token in answers.ids[1, answers.lengths[1] :] if token != IGNORED]
        embedded, filled = left_padded(self.network, examples.prompts(rows, self.device))
        language: Any = self.network.language  # what generates is no part of its declared class
        made = language.generate(
            inputs_embeds=embedded,
            attention_mask=filled.long(),
            max_new_tokens=self.longest,
            do_sample=False,
            logits_processor=list(shaping),
            eos_token_id=int(behind[0]) if behind else None,
            pad_token_id=tokenizer.pad_token_id or 0,
        )
        texts: list[str] = tokenizer.batch_decode(made, skip_special_tokens=True)
        return texts


class _Noise:
    """Gumbel noise on the logits, by which the likeliest token is one drawn by its probability."""

    def __init__(self, draws: NDArray[np.float64]) -> None:
        """The events' own numbers in [0, 1), (b,), seed theirs."""
        self.rngs = [np.random.default_rng(int(draw * 2**53)) for draw in draws]

    def __call__(self, ids: Tensor, scores: Tensor) -> Tensor:
        """The logits, (b, vocabulary), with noise."""
        noise = np.stack([rng.gumbel(size=scores.shape[1]) for rng in self.rngs])
        return scores.double() / TEMPERATURE + torch.from_numpy(noise).to(scores.device)


def _split(text: str, reader: ClaimReader) -> bench.Explanation:
    """A generated text as its answer and what is said behind it."""
    answer, _, why = text.partition(COLON)
    answer, why = answer.strip().lower(), why.strip()
    claims, unread = reader.read(why)
    return bench.Explanation(answer if answer in SIDES else "", why, claims, unread)
