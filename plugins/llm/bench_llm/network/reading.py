"""Spares the last block the work on positions that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@contextmanager
def reading_only(language: PreTrainedModel, positions: Tensor) -> Iterator[None]:
    """Within, the last block's feed-forward layer is computed at these positions alone: (b, r).

    What is read there is the same as without; other positions hold something unfinished. A model
    whose blocks are built otherwise is left as it is.
    """
    layer = _last_feed_forward(language)
    if layer is None:
        yield
        return
    whole = layer.forward
    rows = torch.arange(len(positions), device=positions.device)[:, None]

    def forward(states: Tensor) -> Tensor:  # (b, longest, hidden)
        made = whole(states[rows, positions])
        return torch.zeros_like(states, dtype=made.dtype).index_put((rows, positions), made)

    layer.forward = forward
    try:
        yield
    finally:
        del layer.forward


def _last_feed_forward(language: PreTrainedModel) -> nn.Module | None:
    blocks = getattr(language.base_model, "layers", None)
    return getattr(blocks[-1], "mlp", None) if blocks else None
