"""B010: prompts that are cut, and prompts that are trained on otherwise than they are scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api.guard import Guard, InputEvidence, NotApplicableError
from bench.data.encode import encode

if TYPE_CHECKING:
    from bench.api.inputs import Inputs

EVENTS = 16
"""Events whose features are changed one by one."""


class Tokens(Guard[InputEvidence]):
    """The tokens that are scored are not those that were trained on, or do not hold the whole text.

    What is trained on has to be what is scored, token by token, and the answer behind it; and two
    events whose texts differ have to differ in their tokens. The study diary trained on prompts
    that it never scored, and cut some of them.
    """

    code, name = "B010", "tokens"
    remedy = "render the prompt by one and the same function for training and scoring"

    def check(self, evidence: InputEvidence) -> Iterator[str]:
        """How many prompts are otherwise, and how many are cut."""
        rendered = evidence.model.render(evidence.inputs, evidence.context)
        if rendered is None:
            raise NotApplicableError("the model reads no tokens, or does not show them")
        pairs = list(zip(rendered.trained, rendered.scored, strict=True))
        other = [i for i, (t, s) in enumerate(pairs) if list(t[: len(s)]) != list(s)]
        if other:
            yield (
                f"{len(other)} of {len(pairs)} prompts are scored otherwise than they are trained "
                f"on, from token {_parting(*pairs[other[0]])} on"
            )
        unanswered = sum(len(t) <= len(s) for t, s in pairs)
        if unanswered:
            yield f"{unanswered} of {len(pairs)} prompts have no answer to be trained on"
        yield from _cut(evidence)


def _cut(evidence: InputEvidence) -> Iterator[str]:
    """Features that change an event's text and not its tokens."""
    import numpy as np

    few = evidence.few.take(np.arange(min(len(evidence.few), EVENTS)))
    inputs = encode(evidence.model, evidence.encoders, evidence.learned, few)
    saying = [encoder for encoder in evidence.encoders if "texts" in encoder.produces]
    texts, tokens = _rendered(evidence, inputs)
    for i, column in enumerate(few.columns):
        x = few.x.copy()
        x[:, i] = np.roll(x[:, i], 1)
        said = encode(evidence.model, saying, evidence.learned, replace(few, x=x))
        others = replace(inputs, views={**inputs.views, **said.views})
        other_texts, other_tokens = _rendered(evidence, others)
        changed = [k for k in range(len(few)) if texts[k] != other_texts[k]]
        lost = sum(tokens[k] == other_tokens[k] for k in changed)
        if lost:
            yield f"{column.name} is in the text and not in the tokens of {lost} in {len(changed)}"


def _rendered(evidence: InputEvidence, inputs: Inputs) -> tuple[Sequence[str], Sequence[list[int]]]:
    """Texts and scored tokens of events; none for a model without texts."""
    rendered = evidence.model.render(inputs, evidence.context)
    if "texts" not in inputs.views or rendered is None:
        return [""] * len(inputs), [[]] * len(inputs)
    return inputs.views["texts"], [list(ids) for ids in rendered.scored]


def _parting(trained: Sequence[int], scored: Sequence[int]) -> int:
    pairs = zip(trained, scored, strict=False)
    return next((i for i, (t, s) in enumerate(pairs) if t != s), len(trained))
