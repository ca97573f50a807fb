"""One event as the network reads it: its prompt, its tokens, and which of them are learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import bench
from bench_llm.answers import IGNORED
from bench_llm.bases.wholeness import demand_whole
from bench_llm.building import renderer_of
from bench_llm.examples import Reader
from bench_llm.explaining.encoder import VIEW, phrasings
from bench_llm.explaining.targets import Targets
from bench_llm.network.fused import ADDED, FIRST
from bench_llm.prompts.frame import bare
from bench_llm.rendering import MARK, SLOT, NoText

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

    from bench_llm.answers import Answers
    from bench_llm.building import NetworkPlan
    from bench_llm.rendering import Renderer

WIDTH = 96


def preview(plan: NetworkPlan, train: bench.Inputs, explain: float = 0.0) -> str:
    """The first event of the train split: its text, then its tokens, the learned ones in >…<."""
    demand_whole(plan.base, weights=plan.form.random is None)
    renderer = renderer_of(plan)
    if isinstance(renderer, NoText):
        return f"no language model; {plan.adapter.d if plan.adapter else 0} numbers are read"
    text, label = train.views["texts"][0], int(train.y[0])
    tokens = renderer.prompts(train.views["texts"])
    prompt, lengths = renderer.prompt(text), tokens.lengths
    answer = [token for token in tokens.answers.ids[label].tolist() if token != IGNORED]
    pieces = _fused(plan, [_piece(plan, renderer.tokenizer, i) for i in prompt])
    pieces += [f">{_piece(plan, renderer.tokenizer, i)}<" for i in answer]
    said = train.views.get(VIEW) if explain else None
    return "\n".join(
        [
            text,
            "",
            *_wrapped(pieces),
            "",
            f"{len(prompt)} tokens in this prompt, {lengths.min()} to {lengths.max()} in the train "
            f"split; the loss is on the {len(answer)} in >…<",
            *(_said(renderer, tokens.answers, said[0], explain) if said else []),
        ]
    )


def _said(renderer: Renderer, answers: Answers, said: str, share: float) -> list[str]:
    """What is learned to be said of an event behind its answer, once the answer is learned."""
    targets = Targets.read(renderer.turns, answers, [said])
    lengths = targets.lengths - targets.colon
    return [
        "",
        f"of {share:.1%} of the train events is learned, behind the answer and its colon:",
        *phrasings(said),
        f"{lengths.min()} to {lengths.max()} tokens",
    ]


def count_tokens(plan: NetworkPlan, inputs: bench.Inputs) -> NDArray[np.int64]:
    """Tokens that the network reads of each event, without its answer: (n,)."""
    renderer = renderer_of(plan)
    if isinstance(renderer, NoText):
        return np.full(len(inputs), plan.adapter.tokens if plan.adapter else 0)
    return renderer.prompts(inputs.views["texts"]).lengths


def render(plan: NetworkPlan, inputs: bench.Inputs) -> bench.Rendered | None:
    """Each event's tokens, taken from the very batches that are trained on and scored."""
    demand_whole(plan.base, weights=plan.form.random is None)
    renderer = renderer_of(plan)
    if isinstance(renderer, NoText):
        return None
    texts = inputs.views["texts"]
    examples = Reader(renderer, bare(texts), None).read(inputs)
    rows = np.arange(len(inputs))
    ends = examples.tokens.lengths
    scored = examples.prompts(rows, "cpu").ids.tolist()
    answered, answers = examples.answered(rows, np.zeros(len(rows), dtype=bool), "cpu")
    trained = [
        [*ids[:end], *(token for token in answer if token != IGNORED)]
        for ids, end, answer in zip(answered.ids.tolist(), ends, answers.tolist(), strict=True)
    ]
    return bench.Rendered(trained, [ids[:end] for ids, end in zip(scored, ends, strict=True)])


def _piece(plan: NetworkPlan, tokenizer: PreTrainedTokenizerBase, token: int) -> str:
    """One token as it is shown."""
    if token == SLOT:
        return _numbers(plan)
    return "<value>" if token == MARK else repr(tokenizer.decode([token]))[1:-1]


def _numbers(plan: NetworkPlan) -> str:
    return f"<{plan.adapter.d if plan.adapter else 0} numbers>"


def _fused(plan: NetworkPlan, pieces: list[str]) -> list[str]:
    """The prompt's tokens with a mark at the one that the numbers are added to, if there is."""
    if plan.adapter is None or plan.place not in ADDED:
        return pieces
    at = 0 if plan.place == FIRST else len(pieces) - 1
    return [*pieces[:at], f"{pieces[at]}+{_numbers(plan)}", *pieces[at + 1 :]]


def _wrapped(pieces: list[str]) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and len(lines[-1]) + len(piece) > WIDTH:
            lines.append("")
        lines[-1] += ("│" if lines[-1] else "") + piece
    return lines
