"""B010: prompts that are cut, and prompts that are trained on otherwise than they are scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bench.encoding import encode
from bench.guards.evidence import Before
from bench.guards.guard import Guard, NotApplicableError

if TYPE_CHECKING:
    from bench.table import Table

EVENTS = 16
"""Events whose features are changed one by one."""


class Tokens(Guard[Before]):
    """The tokens that are scored are not those that were trained on, or do not hold the whole text.

    What is trained on has to be what is scored, token by token, and the answer behind it; and two
    events whose texts differ have to differ in their tokens. The study diary trained on prompts
    that it never scored, and cut some of them.
    """

    code, name = "B010", "tokens"
    mend = "render the prompt by one and the same function for training and scoring"

    def look(self, evidence: Before) -> Iterator[str]:
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


def _cut(evidence: Before) -> Iterator[str]:
    """Features that change an event's text and not its tokens."""
    few = evidence.few.take(np.arange(min(len(evidence.few), EVENTS)))
    before = _rendered(evidence, few)
    if before is None:
        return
    for i, column in enumerate(few.columns):
        x = few.x.copy()
        x[:, i] = np.roll(x[:, i], 1)
        after = _rendered(evidence, replace(few, x=x))
        assert after is not None
        changed = [k for k in range(len(few)) if before[0][k] != after[0][k]]
        lost = sum(before[1][k] == after[1][k] for k in changed)
        if lost:
            yield f"{column.name} is in the text and not in the tokens of {lost} in {len(changed)}"


def _rendered(evidence: Before, table: Table) -> tuple[list[str], list[list[int]]] | None:
    """Texts and scored tokens of events; None for a model without texts."""
    inputs = encode(evidence.model, evidence.encoders, evidence.learned, table)
    rendered = evidence.model.render(inputs, evidence.context)
    if "texts" not in inputs.views or rendered is None:
        return None
    return list(inputs.views["texts"]), [list(ids) for ids in rendered.scored]


def _parting(trained: Sequence[int], scored: Sequence[int]) -> int:
    pairs = zip(trained, scored, strict=False)
    return next((i for i, (t, s) in enumerate(pairs) if t != s), len(trained))
