"""Explainers: what they read of the fitted network, of every architecture and each place."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from architectures import PLACES, SHAPES, architecture
from bench_llm.answers import IGNORED
from bench_llm.building import build, renderer_of
from bench_llm.examples import Examples, Reader
from bench_llm.explaining.explainer import Explainer, read_before, tuning_of
from bench_llm.explaining.learning import read_lessons
from bench_llm.network.fused import AdapterAlone
from bench_llm.network.tuning import trained
from bench_llm.planning import fit_settings, network_plan
from bench_llm.text import TextOnly
from events import inputs

import bench

EVENTS = 12


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("explainers")
    return cache(lambda kind, **changes: architecture(kind, root / f"{kind}{changes}", **changes))


def beside(base: str, place: str, tuning: Any = "full") -> tuple[Any, Explainer, Examples]:
    """A network, an explainer that has learned nothing yet, and events of unlike lengths."""
    form, options = PLACES[place]
    plan = network_plan(form(base=base, tuning=tuning, **options), d=3, seed=0)
    network = build(plan, "cpu").eval()
    assert not isinstance(network, AdapterAlone)
    if network.adapter is not None:
        network.adapter.scaler.learn(inputs(64).views["numbers"])
    examples = Reader(renderer_of(plan), "", network.adapter).read(inputs(EVENTS))
    assert len(set(examples.tokens.lengths)) > 1
    return network, Explainer(network, plan, tuning_of(plan.tuning), "cpu").eval(), examples


def demand_as_in_one_pass(network: Any, explainer: Explainer, examples: Examples) -> None:
    """Logits behind the states are those of one pass over prompt, answer and words."""
    rows, answers = np.arange(EVENTS), (np.arange(EVENTS) % 2).astype(np.int8)
    said, both = torch.randint(10, 60, (EVENTS, 7)), examples.tokens.answers
    with torch.no_grad(), explainer.speaking():
        with explainer.listening():
            before = read_before(network, examples, rows, answers)
        behind = explainer(before, said)
    for i in rows:
        word = both.ids[answers[i], : both.lengths[answers[i]]]
        assert before.lengths[i] == examples.tokens.lengths[i] + len(word)
        whole = np.array([[*word, *said[i].tolist(), IGNORED]])
        batch, _ = examples.followed(rows[i : i + 1], whole, "cpu")
        with torch.no_grad():
            alone = network(batch)[0, len(word) + 1 :]
        assert torch.allclose(behind[i], alone, atol=2e-5), i


@pytest.mark.parametrize("place", PLACES)
def test_words_read_the_states_of_the_answer_and_no_padding(folder: Any, place: str) -> None:
    demand_as_in_one_pass(*beside(folder("Llama"), place))


@pytest.mark.parametrize("kind", SHAPES)
def test_every_architecture_keeps_states_that_can_be_read(folder: Any, kind: str) -> None:
    more = {"sliding_window": 128} if kind in {"Gemma2", "Gemma3"} else {}
    demand_as_in_one_pass(*beside(folder(kind, **more), "answer"))


@pytest.mark.parametrize("kind", ["GPT2", "Llama", "Falcon"])
@pytest.mark.parametrize("tuning", ["lora", "qlora", "frozen"])
def test_beside_lora_it_is_one_more_that_changes_nothing_until_it_has_learned(
    folder: Any, kind: str, tuning: str
) -> None:
    network, explainer, examples = beside(folder(kind), "answer", tuning)
    assert explainer.language is network.language
    own = [name for name in trained(network) if "explainer" in name]
    assert not own
    with explainer.speaking():
        assert trained(explainer)
        assert all("explainer" in name for name in trained(explainer))
    if tuning != "qlora":  # whose base gives other bits for other batches
        demand_as_in_one_pass(network, explainer, examples)


def test_a_base_whose_layers_look_less_far_is_refused(folder: Any) -> None:
    model = TextOnly(base=folder("Gemma2"), explain=1.0)
    plan, settings = network_plan(model, d=0, seed=0), fit_settings(model, 0).explains
    network = build(plan, "cpu")
    assert settings is not None
    assert not isinstance(network, AdapterAlone)
    plain = inputs(20)
    events = replace(plain, views={**plain.views, "explanations": ["pt=3"] * 20})
    with pytest.raises(bench.InputError, match=r"look 16 tokens back, and the longest .* has \d+"):
        read_lessons(network, Reader(renderer_of(plan), "", None), settings, events)
