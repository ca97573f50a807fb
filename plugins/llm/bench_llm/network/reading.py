"""Spares a language model the work on positions that nobody reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.utils.checkpoint import checkpoint

from bench_llm.network.attention import attending_at
from bench_llm.network.blocks import blocks

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BY_POSITION = ("mlp", "self_attn.q_proj", "self_attn.o_proj")
"""Layers of a block that make a position's state of that position's alone, as most architectures
call them."""


@contextmanager
def reading_only(
    language: PreTrainedModel, positions: Tensor, *, whole_blocks: bool = False
) -> Iterator[None]:
    """Within, logits are computed at these positions alone: (b, r), which their rows then are.

    So is the last block, but for the keys and values of its attention, unless whole blocks are
    wanted. What is read is the same as without, but that the head computes in float32: whatever a
    model does behind its head, it does itself.
    """
    rows = torch.arange(len(positions), device=positions.device)[:, None]

    def read(_: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (inputs[0][rows, positions], *inputs[1:])

    with ExitStack() as stack:
        head = language.get_output_embeddings()
        stack.callback(head.register_forward_pre_hook(read).remove)
        stack.enter_context(_in_float32(head))
        last = None if whole_blocks else _last_block(language)
        if last is not None:
            stack.enter_context(attending_at(last, rows, positions))
            for layer in _layers(last):
                stack.enter_context(_computed_at(layer, rows, positions))
        yield


@contextmanager
def _in_float32(head: nn.Module) -> Iterator[None]:
    """Within, a linear head of lower precision computes in float32.

    A logit of 20 is known to an eighth in bfloat16: two answers' log odds would come in such steps.
    The head's float32 copy lives for a product alone; the backward pass makes it again.
    """
    if not isinstance(head, nn.Linear):
        yield
        return
    whole = head.forward

    def product(states: Tensor) -> Tensor:
        bias = None if head.bias is None else head.bias.float()
        return linear(states.float(), head.weight.float(), bias)

    def forward(states: Tensor) -> Tensor:
        device = states.device.type
        if head.weight.dtype == torch.float32 and not torch.is_autocast_enabled(device):
            return whole(states)
        with torch.autocast(device, enabled=False):
            made: Tensor = checkpoint(product, states, use_reentrant=False)
        return made

    with _replaced(head, forward):
        yield


@contextmanager
def _computed_at(layer: nn.Module, rows: Tensor, positions: Tensor) -> Iterator[None]:
    """Within, a layer leaves 0 at other positions."""
    whole = layer.forward

    def forward(states: Tensor, *others: Any, **named: Any) -> Any:  # (b, longest, hidden)
        if others or named:
            return whole(states, *others, **named)
        made = whole(states[rows, positions])
        if not isinstance(made, Tensor):  # of experts, with what their router says
            return whole(states)
        return made.new_zeros(*states.shape[:-1], made.shape[-1]).index_put((rows, positions), made)

    with _replaced(layer, forward):
        yield


@contextmanager
def _replaced(layer: nn.Module, forward: Callable[..., Any]) -> Iterator[None]:
    """Within, a layer computes so; afterwards as it did, be that its class's way or its own."""
    own = vars(layer).get("forward")
    vars(layer)["forward"] = forward
    try:
        yield
    finally:
        del vars(layer)["forward"]
        if own is not None:
            vars(layer)["forward"] = own


def _last_block(language: PreTrainedModel) -> nn.Module | None:
    stack = blocks(language, language.config)
    return stack[-1] if stack else None


def _layers(block: nn.Module) -> list[nn.Module]:
    """Those of a block that can be computed at some positions alone."""
    named = dict(block.named_modules())
    return [named[name] for name in BY_POSITION if name in named]
