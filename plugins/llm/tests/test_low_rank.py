"""LoRA in one product is peft's LoRA, and so are its gradients."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from bench_llm.network import low_rank
from bench_llm.network.low_rank import in_one_product
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import Linear
from torch import Tensor, nn


def with_lora(k: int = 80, n: int = 96, *, bias: bool = True, **options: Any) -> nn.ModuleDict:
    """A layer with LoRA, as peft adds it, with both matrices moved from their start."""
    torch.manual_seed(0)
    made = nn.ModuleDict({"layer": nn.Linear(k, n, bias=bias)})
    config = LoraConfig(r=4, lora_alpha=12, target_modules=["layer"], **options)
    inject_adapter_in_model(config, made)
    lora = made["layer"]
    assert isinstance(lora, Linear)
    nn.init.normal_(lora.lora_B["default"].weight)
    return made


def gradients(model: nn.ModuleDict, states: Tensor, *, of_states: bool) -> list[Tensor]:
    """What the layer makes of the states, and the gradients of a loss of it."""
    states = states.detach().clone().requires_grad_(of_states)
    made = model["layer"](states)
    (made * torch.linspace(-1, 1, made.shape[-1])).square().sum().backward()
    grads = [p.grad for p in (states, *model.parameters()) if p.grad is not None]
    return [made.detach(), *grads]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("of_states", [True, False])
@pytest.mark.parametrize("shape", [(80,), (5, 80), (3, 7, 80)])
def test_values_and_gradients_are_pefts(*, bias: bool, of_states: bool, shape: tuple[int]) -> None:
    plain = with_lora(bias=bias)
    fast = copy.deepcopy(plain)
    in_one_product(fast)
    assert "forward" in vars(fast["layer"])
    states = torch.randn(shape)
    theirs, ours = (gradients(m, states, of_states=of_states) for m in (plain, fast))
    assert len(theirs) == len(ours) == 3 + of_states
    for one, other in zip(theirs, ours, strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-4 * float(one.abs().max()))
    with torch.inference_mode():
        assert torch.allclose(plain["layer"](states), fast["layer"](states), atol=1e-5)


@pytest.mark.parametrize(
    "model",
    [with_lora(lora_dropout=0.5), with_lora(use_dora=True), with_lora(k=32)],
    ids=["dropout", "dora", "small"],
)
def test_other_kinds_are_left_to_peft(model: nn.ModuleDict) -> None:
    in_one_product(model)
    assert "forward" not in vars(model["layer"])


def test_other_arithmetic_and_other_states_are_left_to_peft() -> None:
    plain = with_lora()
    fast = copy.deepcopy(plain)
    in_one_product(fast)
    states = torch.randn(4, 80)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(plain["layer"](states), fast["layer"](states))
    for model in (plain, fast):
        model["layer"].enable_adapters(False)
    assert torch.equal(plain["layer"](states), fast["layer"](states))
    assert torch.equal(plain["layer"](states), plain["layer"].get_base_layer()(states))


def test_the_weight_of_all_is_not_kept_for_the_backward_pass() -> None:
    """It would be as large as the base: what is kept are the states and what is there anyway."""
    model = with_lora()
    in_one_product(model)
    layer, saved = model["layer"], []
    states = torch.randn(3, 80, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: saved.append(t) or t, lambda t: t):
        layer(states)
    held = {p.data_ptr() for p in (states, *layer.parameters())}
    assert saved
    assert {tensor.data_ptr() for tensor in saved} <= held


def test_without_onednn_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(low_rank, "has_onednn", lambda: False)
    model = with_lora()
    in_one_product(model)
    assert "forward" not in vars(model["layer"])
