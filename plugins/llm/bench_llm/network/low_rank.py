"""LoRA's layers as one product each: its matrices are added to the weight before, not after.

W x + s B (A x) is (W + s B A) x: one product in place of three, and no state of a width of its own
that has to be scaled, added and kept. The weight of all is made anew in each pass, which costs as
much as r tokens do, and is not kept for the backward pass. The parameters stay peft's.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from bench_llm.network.products import WIDTH, has_onednn, product

if TYPE_CHECKING:
    from peft.tuners.lora import Linear
    from transformers import PreTrainedModel


def in_one_product(language: PreTrainedModel) -> None:
    """Have a model's layers with LoRA on the CPU computed so, in passes and in their gradients."""
    if not (has_onednn() and hasattr(language, "peft_config")):
        return
    from peft.tuners.lora import Linear  # some 100 MB, which other ways of tuning can do without

    for module in language.modules():
        if isinstance(module, Linear) and _is_plain(module):
            vars(module)["forward"] = partial(_forward, module, module.forward)


def _is_plain(layer: Linear) -> bool:
    """Whether it is a linear layer with one LoRA of the usual kind, which drops nothing out."""
    base = layer.get_base_layer()
    return (
        type(base) is nn.Linear
        and min(base.in_features, base.out_features) >= WIDTH
        and list(layer.active_adapters) == list(layer.lora_A)
        and len(layer.lora_A) == 1
        and not layer.lora_variant
        and all(isinstance(module, nn.Identity) for module in layer.lora_dropout.values())
    )


def _forward(layer: Linear, whole: Any, states: Tensor, *others: Any, **named: Any) -> Tensor:
    """What the layer makes of states: (..., in) -> (..., out)."""
    base = cast(nn.Linear, layer.get_base_layer())
    (name,) = layer.active_adapters
    a, b = (matrix[name].get_parameter("weight") for matrix in (layer.lora_A, layer.lora_B))
    plain = states.dtype == base.weight.dtype == a.dtype == torch.float32
    elsewhere = states.device.type != "cpu" or torch.is_autocast_enabled("cpu")
    if others or named or not plain or elsewhere or layer.disable_adapters or layer.merged:
        made: Tensor = whole(states, *others, **named)
    elif torch.is_grad_enabled():
        given = (states, base.weight, base.bias, a, b, layer.scaling[name])
        made = _LowRank.apply(*given)  # type: ignore[no-untyped-call]
    else:
        made = product(states, _added(base.weight, a, b, layer.scaling[name]), base.bias)
    return made


def _added(weight: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
    """The weight of all: (n, k), (r, k), (n, r) -> (n, k)."""
    return torch.addmm(weight, b, a, alpha=scale)


class _LowRank(torch.autograd.Function):
    """A linear layer and what LoRA adds to it; the layer's own weight is not trained."""

    @staticmethod
    def forward(  # noqa: PLR0917  # as autograd has it
        ctx: Any,
        states: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        a: Tensor,
        b: Tensor,
        scale: float,
    ) -> Tensor:
        ctx.save_for_backward(states, weight, a, b)
        ctx.scale = scale
        return product(states, _added(weight, a, b, scale), bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        states, weight, a, b = ctx.saved_tensors
        of_states, _, _, of_a, of_b, _ = ctx.needs_input_grad
        flat, seen = gradient.reshape(-1, gradient.shape[-1]), states.reshape(-1, states.shape[-1])
        return (
            product(gradient, _added(weight, a, b, ctx.scale).t()) if of_states else None,
            None,
            None,
            ctx.scale * product(product(flat, b.t()).t(), seen.t()) if of_a else None,
            ctx.scale * product(product(seen, a).t(), flat.t()).t() if of_b else None,
            None,
        )
