"""Every common architecture: its own logits, the numbers in each place, each way of tuning."""

from __future__ import annotations

from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from architectures import PLACES, SHAPES, SMALL, TUNINGS, architecture
from bench_llm.building import build, renderer_of
from bench_llm.examples import Reader
from bench_llm.fitted import FittedLanguageModel
from bench_llm.language import LanguageModel
from bench_llm.network.fused import AdapterAlone, Batch
from bench_llm.network.tuning import trained
from bench_llm.nfa import PromptFusion
from bench_llm.planning import network_plan
from bench_llm.text import TextOnly
from bench_llm.token import DedicatedToken
from events import context, inputs

import bench
from bench.testing import check_model

RATES = {"Falcon": 1e-3, "Gemma2": 3e-4, "Gemma3": 3e-4}
"""Learning rates of shapes whose random weights collapse at the rate that the others learn at."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("architectures")
    return cache(lambda kind, **changes: architecture(kind, root / f"{kind}{changes}", **changes))


def fused(model: LanguageModel) -> tuple[Any, Reader]:
    plan = network_plan(model, d=3, seed=0)
    network = build(plan, "cpu").eval()
    assert not isinstance(network, AdapterAlone)
    reader = Reader(renderer_of(plan), "", network.adapter)
    if network.adapter is not None:
        network.adapter.scaler.learn(inputs(60).views["numbers"])
    return network, reader


@pytest.mark.parametrize("kind", SHAPES)
def test_the_logits_are_the_models_own(folder: Any, kind: str) -> None:
    network, reader = fused(TextOnly(base=folder(kind)))
    batch = reader.read(inputs(6)).prompts(np.arange(6), "cpu")
    with torch.inference_mode():
        whole = network.language(input_ids=batch.ids).logits
        read = network(batch)
    assert torch.allclose(read, whole[torch.arange(6)[:, None], batch.reads], atol=1e-5)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", SHAPES)
def test_numbers_reach_the_answer_from_each_place(folder: Any, kind: str, place: str) -> None:
    form, options = PLACES[place]
    network, reader = fused(form(base=folder(kind), **options))
    events = inputs(6)
    batch = reader.read(events).prompts(np.arange(6), "cpu")
    other = reader.read(events.permuted("numbers", 0)).prompts(np.arange(6), "cpu")
    with torch.inference_mode():
        moved = (network(batch) - network(other)).abs().max()
    assert (moved == 0) == (place == "text")


@pytest.mark.parametrize("place", ["start", "end"])
def test_the_numbers_stand_in_tokens_of_their_own(folder: Any, place: str) -> None:
    """What the network makes of them is what it makes of those embeddings, put there by hand."""
    network, reader = fused(DedicatedToken(base=folder("Llama"), place=place, tokens=2, **SMALL))
    examples = reader.read(inputs(3))
    with torch.inference_mode():
        read = network(examples.prompts(np.arange(3), "cpu"))
        for i, text in enumerate(inputs(3).views["texts"]):
            plain = reader.renderer.turns.prompt(text)
            words = network.language.get_input_embeddings()(torch.tensor([plain]))
            made = network.adapter(torch.from_numpy(examples.numbers[i : i + 1]))
            parts = {
                "start": [words[:, :1], made, words[:, 1:]],
                "end": [words, words[:, -1:] + made],  # a last token again, and the numbers
            }[place]
            alone = network.language(inputs_embeds=torch.cat(parts, dim=1)).logits[0, -1]
            assert torch.allclose(read[i, 0], alone, atol=1e-5)


def step(model: LanguageModel, folder: Path) -> FittedLanguageModel:
    """A fit of a few steps."""
    return model.fit(inputs(64), inputs(16, 1), context(folder))


def demand_moved_and_saved(model: LanguageModel, folder: Path) -> None:
    """All that is trained moves, and what is saved scores as before in a network made anew."""
    plan = network_plan(model, d=3, seed=0)
    before = trained(build(plan, "cpu"))
    fitted = step(model, folder)
    after = trained(fitted.network)
    assert before.keys() == after.keys()
    still = [name for name in after if torch.equal(before[name], after[name])]
    assert not [name for name in still if name.startswith("adapter")]
    assert len(still) < 0.2 * len(after), still
    saved = folder / "saved"
    saved.mkdir()
    fitted.save(saved)
    again = FittedLanguageModel.load(saved, "cpu")
    events = inputs(16, 2)
    assert np.allclose(fitted.score(events), again.score(events), atol=1e-6)


@pytest.mark.parametrize("kind", SHAPES)
def test_lora_is_where_peft_knows_it_to_be_or_in_all_layers(folder: Any, kind: str) -> None:
    network, _ = fused(TextOnly(base=folder(kind), tuning="lora"))
    layers = {name.rpartition(".lora_A")[0].rpartition(".")[2] for name in trained(network)}
    layers.discard("")
    known = {
        "GPT2": {"c_attn"},
        "GPTNeoX": {"query_key_value"},
        "Bloom": {"query_key_value"},
        "Falcon": {"query_key_value"},
        "Phi3": {"qkv_proj", "o_proj", "gate_up_proj", "down_proj"},
        "Olmo": {f"{n}_proj" for n in ("q", "k", "v", "o", "gate", "up", "down")},
        "SmolLM3": {f"{n}_proj" for n in ("q", "k", "v", "o", "gate", "up", "down")},
    }
    assert layers == known.get(kind, {"q_proj", "v_proj"})


@pytest.mark.parametrize("tuning", TUNINGS)
@pytest.mark.parametrize("kind", ["GPT2", "Gemma2", "OPT"])
def test_the_odd_ones_learn_by_each_way_of_tuning(
    folder: Any, tmp_path: Path, kind: str, tuning: Any
) -> None:
    demand_moved_and_saved(
        PromptFusion(base=folder(kind), place="answer", tuning=tuning, r=4, **SMALL), tmp_path
    )


@pytest.mark.slow
@pytest.mark.parametrize("tuning", TUNINGS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", SHAPES)
def test_every_architecture_learns_in_every_place_by_each_way_of_tuning(
    folder: Any, tmp_path: Path, kind: str, place: str, tuning: Any
) -> None:
    form, options = PLACES[place]
    demand_moved_and_saved(form(base=folder(kind), tuning=tuning, r=4, **options), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "place"), [*zip(SHAPES, cycle(PLACES), strict=False)])
def test_the_kit_passes_every_architecture_with_the_numbers_in_one_place(
    folder: Any, kind: str, place: str
) -> None:
    form, options = PLACES[place]
    check_model(form(base=folder(kind), lr=RATES.get(kind, 3e-3), **options))


def test_the_blocks_that_lora_is_in_are_the_last_ones(folder: Any) -> None:
    for kind in ("Llama", "GPT2", "Bloom", "OPT"):
        network, _ = fused(TextOnly(base=folder(kind), tuning="lora", lora_blocks=2))
        indices = {int(next(p for p in n.split(".") if p.isdigit())) for n in trained(network)}
        assert indices == {1, 2}, kind
    with pytest.raises(bench.InputError, match="lora_blocks=4: this base has 3 blocks"):
        fused(TextOnly(base=folder("Llama"), tuning="lora", lora_blocks=4))


def test_layers_that_lora_cannot_be_added_to_are_told_with_those_that_it_can(folder: Any) -> None:
    with pytest.raises(bench.InputError, match=r"targets=query: .* c_attn, c_fc, c_proj$"):
        fused(TextOnly(base=folder("GPT2"), tuning="lora", targets=("c_attn", "query")))


@pytest.mark.parametrize("kind", ["Mistral", "Qwen2"])
def test_a_window_too_short_for_numbers_at_the_start_is_refused(folder: Any, kind: str) -> None:
    windowed: dict[str, Any] = {"sliding_window": 16}
    if kind == "Qwen2":
        windowed |= {"use_sliding_window": True, "max_window_layers": 0}
    base = folder(kind, **windowed)
    for form in (PromptFusion(base=base, place="first"), DedicatedToken(base=base)):
        reader = Reader(renderer_of(network_plan(form, d=3, seed=0)), "", None)
        with pytest.raises(bench.InputError, match="reaches 16 tokens back"):
            reader.read(inputs(4))
    for other in (
        PromptFusion(base=base, place="answer"),
        DedicatedToken(base=base, place="end"),
        TextOnly(base=base),
    ):
        Reader(renderer_of(network_plan(other, d=3, seed=0)), "", None).read(inputs(4))


def test_a_base_that_looks_ahead_is_refused(tmp_path: Path) -> None:
    from transformers import BertConfig, BertLMHeadModel

    base = Path(architecture("Llama", tmp_path / "base"))
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    config = BertConfig(vocab_size=400, num_attention_heads=4, **shape)
    BertLMHeadModel(config).save_pretrained(base)
    with pytest.raises(bench.InputError, match="kind bert looks ahead; wanted a causal one"):
        fused(TextOnly(base=str(base)))


def test_a_base_that_lacks_weights_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    base = Path(architecture("Llama", tmp_path / "base"))
    tensors = load_file(base / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, base / "model.safetensors", {"format": "pt"})
    with pytest.raises(bench.InputError, match=r"1 weights are not in its files, as .*up_proj"):
        fused(TextOnly(base=str(base)))


def test_a_token_behind_the_answer_plays_no_part(folder: Any) -> None:
    network, _ = fused(TextOnly(base=folder("Gemma3")))
    ids = torch.arange(5, 45)[None].repeat(2, 1)
    ids[1, 30:] = 3
    with torch.inference_mode():
        logits = network(Batch(ids, torch.full((2, 1), 29)))
    assert torch.equal(logits[0], logits[1])
