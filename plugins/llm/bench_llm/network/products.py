"""Linear layers by oneDNN, which torch brings: exact in float32, and faster than its default.

On processors that MKL does not favour it is twice as fast; elsewhere it is as fast.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

PRODUCT = "_linear_pointwise"
"""What torch calls oneDNN's linear layer."""
WIDTH = 64
"""Features, in and out, from which on a layer is worth it."""


def by_onednn(language: nn.Module) -> None:
    """Have a model's linear layers on the CPU computed so, in passes and in their gradients."""
    if not has_onednn():
        return
    for module in language.modules():
        if type(module) is nn.Linear and min(module.in_features, module.out_features) >= WIDTH:
            module.forward = partial(_forward, module)  # type: ignore[method-assign]


def has_onednn() -> bool:
    """Whether this torch has it."""
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, PRODUCT)


def _forward(layer: nn.Linear, states: Tensor) -> Tensor:
    """What the layer makes of states: (..., in) -> (..., out)."""
    weight, bias = layer.weight, layer.bias
    plain = states.dtype == weight.dtype == torch.float32 and states.device.type == "cpu"
    if not plain or torch.is_autocast_enabled("cpu"):
        return linear(states, weight, bias)
    if not torch.is_grad_enabled():
        return product(states, weight, bias)
    made: Tensor = _Linear.apply(states, weight, bias)  # type: ignore[no-untyped-call]
    return made


def product(states: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """States times the transposed weight: (..., k), (n, k) -> (..., n)."""
    made: Tensor = torch.ops.mkldnn._linear_pointwise(states, weight, bias, "none", [], "")
    return made


class _Linear(torch.autograd.Function):
    """A linear layer whose gradients are products of the same kind."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(states, weight)
        return product(states, weight, bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        states, weight = ctx.saved_tensors
        of_states, of_weight, of_bias = ctx.needs_input_grad
        flat = gradient.reshape(-1, gradient.shape[-1])  # (t, n)
        return (
            product(gradient, weight.t()) if of_states else None,
            product(flat.t(), states.reshape(-1, states.shape[-1]).t()) if of_weight else None,
            flat.sum(dim=0) if of_bias else None,
        )
