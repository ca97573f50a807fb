"""What is read of a base in lower precision: logits in float32, and not in steps of an eighth."""

from __future__ import annotations

import pytest
import torch
from bench_llm.network.reading import reading_only
from torch.nn.functional import linear
from transformers import LlamaConfig, LlamaForCausalLM

IDS, READS = torch.arange(24).reshape(2, 12), torch.tensor([[11], [7]])
ROWS, BOTH = torch.arange(2)[:, None], torch.tensor([[10, 11], [6, 7]])


@pytest.fixture
def language() -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2, tie_word_embeddings=True,
    )  # fmt: skip
    made = LlamaForCausalLM(config)
    made.get_input_embeddings().weight.data *= 50  # logits large enough to be rounded coarsely
    return made


def read(language: LlamaForCausalLM) -> tuple[torch.Tensor, torch.Tensor]:
    """The logits read, and those of the same states and weights in float32: (2, vocabulary)."""
    states: list[torch.Tensor] = []
    hook = language.model.register_forward_hook(lambda *all_: states.append(all_[2][0]))
    with reading_only(language, READS):
        logits = language(input_ids=IDS, use_cache=False).logits[:, 0]
    hook.remove()
    at = states[0][torch.arange(2), READS[:, 0]].float()
    return logits, linear(at, language.lm_head.weight.float())


def on_the_grid(logits: torch.Tensor) -> bool:
    """Whether bfloat16 holds all of them, which of arbitrary numbers it does not."""
    return bool((logits.float() == logits.to(torch.bfloat16).float()).all())


def test_a_base_in_bfloat16_gives_its_logits_in_float32(language: LlamaForCausalLM) -> None:
    coarse = language.to(torch.bfloat16)
    assert on_the_grid(coarse(input_ids=IDS).logits), "without it they are rounded"
    logits, expected = read(coarse)
    assert not on_the_grid(logits)
    assert torch.allclose(logits, expected, rtol=1e-5, atol=1e-5)


def test_so_does_one_in_float32_that_computes_in_bfloat16(language: LlamaForCausalLM) -> None:
    with torch.autocast("cpu", torch.bfloat16):
        logits, _ = read(language)
    assert logits.dtype == torch.float32
    assert not on_the_grid(logits)


def test_its_gradient_is_that_of_the_float32_product(language: LlamaForCausalLM) -> None:
    coarse = language.to(torch.bfloat16)
    grads = []
    for each in read(coarse):
        coarse.zero_grad()
        each.square().sum().backward(retain_graph=True)
        grads.append(coarse.model.layers[0].mlp.up_proj.weight.grad.float())
    assert torch.allclose(*grads, rtol=2e-2, atol=1e-3 * float(grads[0].abs().max()))


def gradients(language: LlamaForCausalLM, *, everywhere: bool) -> list[torch.Tensor]:
    """Of a loss of what is read, where all is computed and where what is read alone is."""
    language.zero_grad()
    if everywhere:
        logits = language(input_ids=IDS, use_cache=False).logits[ROWS, BOTH]
    else:
        with reading_only(language, BOTH):
            logits = language(input_ids=IDS, use_cache=False).logits
    (logits * torch.linspace(-1, 1, logits.shape[-1])).square().sum().backward()
    return [logits.detach(), *(p.grad.clone() for p in language.parameters())]


def test_what_nobody_reads_takes_no_part_in_the_gradient(language: LlamaForCausalLM) -> None:
    whole, read = (gradients(language, everywhere=everywhere) for everywhere in (True, False))
    for one, other in zip(whole, read, strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-5 * float(one.abs().max()))


def test_the_last_block_asks_and_answers_where_it_is_read_alone(language: LlamaForCausalLM) -> None:
    last, seen = language.model.layers[-1], {}
    layers = {"q": last.self_attn.q_proj, "k": last.self_attn.k_proj, "o": last.self_attn.o_proj}
    own = {name: layer.forward for name, layer in layers.items()}
    for name, layer in layers.items():
        layer.forward = lambda x, name=name: seen.update({name: x.shape[1]}) or own[name](x)
    with reading_only(language, BOTH):
        language(input_ids=IDS, use_cache=False)
    assert seen == {"q": 2, "k": 12, "o": 2}


def test_the_last_block_is_left_as_it_was(language: LlamaForCausalLM) -> None:
    attention = language.model.layers[-1].self_attn
    before = dict(vars(attention))
    with pytest.raises(ZeroDivisionError), reading_only(language, BOTH):
        raise ZeroDivisionError
    assert vars(attention) == before
    assert language.config._attn_implementation == "sdpa"


def test_the_head_is_left_as_it_was(language: LlamaForCausalLM) -> None:
    before = dict(vars(language.lm_head))
    read(language.to(torch.bfloat16))
    assert vars(language.lm_head).get("forward") is before.get("forward")
    assert not language.lm_head._forward_pre_hooks
