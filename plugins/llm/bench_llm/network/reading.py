"""Spares a language model the work on positions that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.utils.checkpoint import checkpoint

from bench_llm.network.blocks import blocks

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@contextmanager
def reading_only(
    language: PreTrainedModel, positions: Tensor, *, whole_blocks: bool = False
) -> Iterator[None]:
    """Within, logits are computed at these positions alone: (b, r), which their rows then are.

    So is the last block's feed-forward layer, unless whole blocks are wanted. What is read is the
    same as without, but that the head computes in float32: whatever a model does behind its head,
    it does itself.
    """
    rows = torch.arange(len(positions), device=positions.device)[:, None]

    def read(_: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (inputs[0][rows, positions], *inputs[1:])

    with ExitStack() as stack:
        head = language.get_output_embeddings()
        stack.callback(head.register_forward_pre_hook(read).remove)
        stack.enter_context(_in_float32(head))
        layer = None if whole_blocks else _last_feed_forward(language)
        if layer is not None:
            stack.enter_context(_feed_forward_at(layer, rows, positions))
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
    whole, own = head.forward, vars(head).get("forward")

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

    vars(head)["forward"] = forward
    try:
        yield
    finally:
        del vars(head)["forward"]
        if own is not None:
            vars(head)["forward"] = own


@contextmanager
def _feed_forward_at(layer: nn.Module, rows: Tensor, positions: Tensor) -> Iterator[None]:
    """Within, a feed-forward layer leaves 0 at other positions."""
    whole = layer.forward

    def forward(states: Tensor, *others: Any, **named: Any) -> Any:  # (b, longest, hidden)
        if others or named:
            return whole(states, *others, **named)
        made = whole(states[rows, positions])
        if not isinstance(made, Tensor):  # of experts, with what their router says
            return whole(states)
        return torch.zeros_like(states, dtype=made.dtype).index_put((rows, positions), made)

    layer.forward = forward
    try:
        yield
    finally:
        del layer.forward


def _last_feed_forward(language: PreTrainedModel) -> nn.Module | None:
    stack = blocks(language, language.config)
    return getattr(stack[-1], "mlp", None) if stack else None
