"""Linear layers by oneDNN are the linear layers that torch computes, and so are their gradients."""

from __future__ import annotations

import copy

import pytest
import torch
from bench_llm.network.products import by_onednn
from torch import Tensor, nn


def gradients(layer: nn.Module, states: Tensor) -> list[Tensor]:
    """What the layer makes of the states, and the gradients of a loss of it."""
    states = states.detach().clone().requires_grad_()
    made = layer(states)
    (made * torch.linspace(-1, 1, made.shape[-1])).square().sum().backward()
    grads = [p.grad for p in layer.parameters() if p.grad is not None]
    assert states.grad is not None
    return [made.detach(), states.grad, *grads]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("shape", [(80,), (5, 80), (3, 7, 80)])
def test_values_and_gradients_are_the_same(*, bias: bool, frozen: bool, shape: tuple[int]) -> None:
    torch.manual_seed(0)
    plain = nn.Linear(80, 96, bias=bias).requires_grad_(not frozen)
    fast = copy.deepcopy(plain)
    by_onednn(fast)
    states = torch.randn(shape)
    for one, other in zip(gradients(plain, states), gradients(fast, states), strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-4)
    with torch.inference_mode():
        assert torch.allclose(plain(states), fast(states), atol=1e-5)


def test_other_arithmetic_is_left_to_torch() -> None:
    layer = nn.Linear(80, 96)
    expected = copy.deepcopy(layer)
    by_onednn(layer)
    states = torch.randn(4, 80)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(layer(states), expected(states))
    assert torch.equal(layer.double()(states.double()), expected.double()(states.double()))


def test_small_layers_are_left_alone() -> None:
    small, large = nn.Linear(80, 16), nn.Linear(80, 96)
    by_onednn(nn.ModuleList([small, large]))
    assert "forward" not in vars(small)
    assert "forward" in vars(large)
