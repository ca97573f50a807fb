"""Spares a language model the work on positions that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from bench_llm.network.blocks import blocks

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@contextmanager
def reading_only(
    language: PreTrainedModel, positions: Tensor, *, whole_blocks: bool = False
) -> Iterator[None]:
    """Within, logits are computed at these positions alone: (b, r), which their rows then are.

    So is the last block's feed-forward layer, unless whole blocks are wanted. What is read is the
    same as without: whatever a model does behind its head, it does itself.
    """
    rows = torch.arange(len(positions), device=positions.device)[:, None]

    def read(_: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (inputs[0][rows, positions], *inputs[1:])

    with ExitStack() as stack:
        head = language.get_output_embeddings().register_forward_pre_hook(read)
        stack.callback(head.remove)
        layer = None if whole_blocks else _last_feed_forward(language)
        if layer is not None:
            stack.enter_context(_feed_forward_at(layer, rows, positions))
        yield


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
