"""Explanations as they are generated behind the answers that a fitted network gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

import bench
from bench_llm.explaining.copying import Copying
from bench_llm.explaining.draws import uniform
from bench_llm.explaining.explainer import Before, Explainer, read_before
from bench_llm.explaining.reading import ClaimReader
from bench_llm.explaining.targets import colon_of, ending
from bench_llm.explaining.words import SIDES, called
from bench_llm.generating import EVENTS
from bench_llm.scoring import EVEN, score

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from bench_llm.examples import Examples
    from bench_llm.network.fused import FusedModel
    from bench_llm.rendering import Renderer

Shaping = Callable[["Tensor", "Tensor"], "Tensor"]
"""Of the tokens so far and the logits of what follows, (b, k) and (b, vocabulary): other logits."""
TEMPERATURE = 0.7
"""Of the draws among likely tokens, where any are drawn."""


@dataclass(frozen=True, eq=False)
class Explaining:
    """A fitted network with what says why."""

    network: FusedModel
    explainer: Explainer
    renderer: Renderer
    device: str
    longest: int
    """Tokens that an explanation may have."""
    prompts: Sequence[str]
    """The text of each event: numbers are held to what it says; empty to write any."""

    def explain(
        self,
        examples: Examples,
        ids: NDArray[np.uint64],
        columns: Sequence[bench.Column],
        seed: int | None,
    ) -> list[bench.Explanation]:
        """The explanation of each event, in order, up to where it begins to say a thing again.

        Args:
            examples: the events as they are scored.
            ids: (n,), theirs; what is drawn for an event follows from its id and the seed.
            columns: the features that claims may be about.
            seed: of the draws; None for the likeliest token each time.
        """
        reader, objects = ClaimReader(columns), called(columns)
        answers = (score(self.network, examples, self.device) >= EVEN).astype(np.int8)
        texts = [""] * len(examples)
        order = np.argsort(examples.tokens.lengths, kind="stable")
        self.network.eval()
        self.explainer.eval()
        with torch.inference_mode():
            for start in range(0, len(order), EVENTS):
                rows = order[start : start + EVENTS]
                shaping: list[Shaping] = []
                if self.prompts:
                    few = [self.prompts[row] for row in rows]
                    shaping.append(Copying(self.renderer.tokenizer, few, objects))
                if seed is not None:
                    shaping.append(_Noise(uniform(ids[rows], seed)))
                before = read_before(self.network, examples, rows, answers[rows])
                said = self._generate(before, ending(examples.tokens.answers), shaping)
                for row, text in zip(rows, said, strict=True):
                    texts[row] = reader.once(text)
        return [
            bench.Explanation(SIDES[answer], text, *reader.read(text))
            for answer, text in zip(answers.tolist(), texts, strict=True)
        ]

    def _generate(self, before: Before, end: list[int], shaping: Sequence[Shaping]) -> list[str]:
        """The likeliest token each time, with a cache of keys and values, to the end of a turn."""
        from transformers import DynamicCache

        colon, device = colon_of(self.renderer.turns), before.lengths.device
        cache, padding = DynamicCache(before.states), end[0] if end else self.renderer.padding
        said = torch.tensor([colon] * len(before.lengths), device=device)  # (b, k)
        going = torch.ones(len(said), dtype=torch.bool, device=device)
        new = said
        with self.explainer.speaking():
            for _ in range(self.longest):
                logits = self.explainer.following(before, cache, new, said)[:, -1]
                for shape in shaping:
                    logits = shape(said[:, len(colon) :], logits)
                new = logits.argmax(dim=1).masked_fill(~going, padding)[:, None]
                said = torch.cat([said, new], dim=1)
                if end:
                    going &= new[:, 0] != end[0]
                if not going.any():
                    break
        tokenizer = self.renderer.tokenizer
        made = [
            row[: row.index(end[0])] if end and end[0] in row else row
            for row in said[:, len(colon) :].tolist()
        ]
        texts: list[str] = tokenizer.batch_decode(made, skip_special_tokens=True)
        return [text.strip() for text in texts]


class _Noise:
    """Gumbel noise on the logits, by which the likeliest token is one drawn by its probability."""

    def __init__(self, draws: NDArray[np.float64]) -> None:
        """The events' own numbers in [0, 1), (b,), seed theirs."""
        self.rngs = [np.random.default_rng(int(draw * 2**53)) for draw in draws]

    def __call__(self, ids: Tensor, scores: Tensor) -> Tensor:
        """The logits, (b, vocabulary), with noise."""
        noise = np.stack([rng.gumbel(size=scores.shape[1]) for rng in self.rngs])
        return scores.double() / TEMPERATURE + torch.from_numpy(noise).to(scores.device)
