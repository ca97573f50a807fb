"""Tokens of the numbers with nothing before them, in a base as deep as real ones are."""

from __future__ import annotations

import pytest
import torch
from bench_llm.network.adapter import Adapter, AdapterShape
from bench_llm.network.fused import DEDICATED, Batch, FusedModel
from bench_llm.rendering import SLOT
from transformers import LlamaConfig, LlamaForCausalLM

PROMPT = [5, 9, 2, 7, 3]


@pytest.fixture
def network() -> FusedModel:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=30,
        num_attention_heads=2, num_key_value_heads=2, initializer_range=0.2,
    )  # fmt: skip
    shape = AdapterShape(d=3, layers=1, units=8, norm=False, scale=1.0, tokens=2)
    return FusedModel(LlamaForCausalLM(config), Adapter(shape, 32), DEDICATED)


def batch(before: list[int], *, dropped: bool = True) -> Batch:
    """Two events whose numbers stand in two tokens behind these; the first may be without them."""
    ids = torch.tensor([[*before, SLOT, SLOT, *PROMPT]] * 2)
    reads = torch.full((2, 1), ids.shape[1] - 1)
    return Batch(ids, reads, torch.randn(2, 3), torch.tensor([dropped, False]))


def test_an_event_without_its_numbers_has_a_finite_gradient(network: FusedModel) -> None:
    """As a chat has it, whose template begins the prompt: there is no token before the numbers."""
    network(batch([])).logsumexp(-1).sum().backward()
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    assert all(torch.isfinite(g).all() for g in gradients)
    assert max(float(g.abs().max()) for g in gradients) < 1e4


def test_leading_tokens_begin_as_the_first_of_the_prompt(network: FusedModel) -> None:
    embedded = network.embed(batch([]))
    first = network.language.get_input_embeddings().weight[PROMPT[0]]
    assert torch.equal(embedded[0, :2], first.expand(2, -1))
    assert not torch.allclose(embedded[1, 0], first)


def test_tokens_behind_others_are_the_numbers_alone(network: FusedModel) -> None:
    embedded = network.embed(batch([1]))
    assert not embedded[0, 1:3].any()
    assert embedded[1, 1:3].any()
