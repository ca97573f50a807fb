"""What all prompts begin with is computed once, and the scores are the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from architectures import PLACES, SHAPES, architecture
from bench_llm import scoring
from bench_llm.building import build, renderer_of
from bench_llm.examples import Examples, Reader
from bench_llm.network.beginning import LEAST, beginning_of
from bench_llm.network.fused import FusedModel
from bench_llm.planning import network_plan
from events import inputs

APART = ("text", "answer", "end")
"""Places of which the beginning of a prompt knows nothing."""
SLIDING = ("Gemma2", "Gemma3")


def read(kind: str, place: str, folder: Path, events: int = 9) -> tuple[FusedModel, Examples]:
    form, options = PLACES[place]
    plan = network_plan(form(base=architecture(kind, folder), **options), d=3, seed=0)
    network = build(plan, "cpu").eval()
    assert isinstance(network, FusedModel)
    if network.adapter is not None:
        network.adapter.scaler.learn(inputs(60).views["numbers"])
    return network, Reader(renderer_of(plan), "", network.adapter).read(inputs(events))


def length_of(network: FusedModel, examples: Examples) -> int:
    """Tokens of the beginning; 0 for none."""
    tokens = examples.tokens
    with torch.inference_mode():
        made = beginning_of(network, tokens.ids, tokens.lengths, "cpu")
    return made.length if made else 0


def odds(network: FusedModel, examples: Examples) -> np.ndarray:
    scores = scoring.score(network, examples, "cpu")
    return np.log(scores / (1 - scores))


@pytest.mark.parametrize("place", APART)
@pytest.mark.parametrize("kind", SHAPES)
def test_scores_are_the_same(
    kind: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, examples = read(kind, place, tmp_path)
    assert (length_of(network, examples) >= LEAST) == (kind not in SLIDING)
    apart = odds(network, examples)
    monkeypatch.setattr(scoring, "beginning_of", lambda *_: None)
    whole = odds(network, examples)
    assert np.ptp(whole) > 1e-3, "else they would be the same in any case"
    assert np.allclose(apart, whole, atol=1e-5)


def test_words_of_several_tokens_are_scored_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, examples = read("Llama", "text", tmp_path)
    both = examples.tokens.answers
    longer = replace(both, ids=np.array([[40, 41, 2], [40, 42, 2]]), lengths=(2, 2))
    examples = replace(examples, tokens=replace(examples.tokens, answers=longer))
    assert length_of(network, examples)
    apart = odds(network, examples)
    monkeypatch.setattr(scoring, "beginning_of", lambda *_: None)
    assert np.allclose(apart, odds(network, examples), atol=1e-5)


@pytest.mark.parametrize("place", sorted(PLACES.keys() - set(APART)))
def test_there_is_none_where_the_numbers_stand_at_the_start(place: str, tmp_path: Path) -> None:
    assert length_of(*read("Llama", place, tmp_path)) == 0


def test_it_ends_before_the_token_that_the_answer_is_read_at(tmp_path: Path) -> None:
    network, examples = read("Llama", "text", tmp_path)
    ids = np.repeat(examples.tokens.ids[:1], 3, axis=0)
    lengths = np.repeat(examples.tokens.lengths[:1], 3)
    same = replace(examples, tokens=replace(examples.tokens, ids=ids, lengths=lengths))
    assert length_of(network, same) == lengths[0] - 1


def test_one_event_and_no_event_have_none(tmp_path: Path) -> None:
    network, examples = read("Llama", "text", tmp_path, events=1)
    assert length_of(network, examples) == 0
    assert len(scoring.score(network, examples, "cpu")) == 1
    none = replace(
        examples.tokens, ids=examples.tokens.ids[:0], lengths=examples.tokens.lengths[:0]
    )
    nothing = replace(examples, tokens=none, y=examples.y[:0], weights=examples.weights[:0])
    assert len(scoring.score(network, nothing, "cpu")) == 0


def test_each_token_of_it_is_computed_once_for_all_events(tmp_path: Path) -> None:
    network, examples = read("Llama", "text", tmp_path)
    rows: list[int] = []
    block = network.language.model.layers[0]
    hook = block.register_forward_hook(lambda *all_: rows.append(all_[2].shape[:2].numel()))
    scoring.score(network, examples, "cpu")
    hook.remove()
    length, widest = length_of(network, examples), int(examples.tokens.lengths.max())
    assert sum(rows) <= length + len(examples) * (widest - length)
