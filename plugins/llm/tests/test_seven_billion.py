"""Seven billion parameters, counted on the meta device; and their form in 4 bits, made small."""

from __future__ import annotations

import pytest
import torch
from bench_llm.bases.shapes import MISTRAL_7B, mistral, quantised_at_random
from bench_llm.building import fuse
from bench_llm.network.fused import Batch
from bench_llm.network.tuning import trained
from bench_llm.nfa import PromptFusion
from bench_llm.planning import network_plan

DIARY = PromptFusion(
    tuning="qlora", targets=("q_proj", "v_proj"), r=32, alpha=128.0, precision="bfloat16",
    layers=2, units=2048,
)  # fmt: skip
GB = 1e9


def test_mistral_7b_is_counted_on_the_meta_device() -> None:
    plan = network_plan(DIARY, d=16, seed=0)
    with torch.device("meta"):
        network = fuse(plan, quantised_at_random(mistral(MISTRAL_7B), "meta"), "meta")
    own = trained(network)
    lora = sum(p.numel() for name, p in own.items() if "lora_" in name)
    assert lora == 32 * 32 * ((4096 + 4096) + (4096 + 1024))
    adapter = sum(p.numel() for name, p in own.items() if name.startswith("adapter."))
    assert adapter == (16 + 1) * 2048 + (2048 + 1) * 2048 + (2048 + 1) * 4096
    base = {n: p for n, p in network.named_parameters() if n not in own}
    assert sum(p.numel() for p in base.values()) == 7_248_023_552
    four_bit = sum(p.numel() for n, p in base.items() if "proj" in n)
    other = sum(p.numel() for n, p in base.items() if "proj" not in n)
    # half a byte, a scale of 8 bits for each 64 weights, one of 32 bits for each 256 scales
    weights = four_bit * (0.5 + 1 / 64 + 4 / 64 / 256) + 2 * other
    training = (lora + adapter) * 4 * 4  # weight, gradient, AdamW's two states, in float32
    assert 4.1 * GB < weights < 4.3 * GB
    assert 0.40 * GB < training < 0.45 * GB


@pytest.mark.parametrize("recompute", [False, True])
def test_the_same_path_at_a_small_size_steps_on_the_cpu(recompute: bool) -> None:
    shape = {
        **MISTRAL_7B,
        **{"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2},
        **{"num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 99},
        "max_position_embeddings": 64,
    }
    language = quantised_at_random(mistral(shape), "cpu")
    assert language.model.layers[0].mlp.up_proj.weight.dtype == torch.uint8
    network = fuse(
        network_plan(PromptFusion(tuning="qlora", recompute=recompute), d=3, seed=0),
        language,
        "cpu",
    )
    network.train()
    ids = torch.randint(0, 99, (2, 20))
    batch = Batch(ids, torch.tensor([[18, 19]] * 2), torch.randn(2, 3))
    network(batch).float().square().mean().backward()
    gradients = {name: p.grad for name, p in trained(network).items()}
    assert all(torch.isfinite(g).all() for g in gradients.values())
    assert any("lora_B" in name and g.abs().sum() > 0 for name, g in gradients.items())
