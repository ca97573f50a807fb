"""Attention of the positions that are read alone, to all that stands before them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import torch
from torch import Tensor, nn

WAY, OURS = "sdpa", "bench_positions_read"
"""What transformers calls torch's own attention; and what it calls this one, once it knows it."""
POSITIONS = "positions_read"
TOGETHER = 4
"""Positions that are looked from at once, or a multiple: of fewer, a product's last bits depend on
where in memory it lies, which is another place in each process."""


@contextmanager
def attending_at(block: nn.Module, rows: Tensor, positions: Tensor) -> Iterator[None]:
    """Within, a block's attention looks from these positions alone, and leaves 0 at others.

    So it does where the attention of the block is torch's own, as transformers lets it be chosen;
    elsewhere nothing changes.

    Args:
        block: the last one of a language model.
        rows: (b, 1), 0 to b - 1.
        positions: (b, r), each row's.
    """
    attention = getattr(block, "self_attn", None)
    config: Any = getattr(attention, "config", None)
    if getattr(config, "_attn_implementation", None) != WAY:
        yield
        return
    _register()
    read = copy(config)
    read._attn_implementation_internal = OURS
    vars(attention).update({"config": read, POSITIONS: (rows, positions)})
    try:
        yield
    finally:
        vars(attention)["config"] = config
        del vars(attention)[POSITIONS]


def _register() -> None:
    from transformers import AttentionInterface

    AttentionInterface.register(OURS, _attention)


def _attention(
    module: nn.Module,
    query: Tensor,  # (b, heads, longest, width)
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **named: Any,
) -> tuple[Tensor, None]:
    """As transformers' interface wants it: (b, longest, heads, width)."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    rows, read = vars(module)[POSITIONS]
    count = -(-read.shape[1] // TOGETHER) * TOGETHER
    positions = read[:, torch.arange(count, device=read.device) % read.shape[1]]
    if attention_mask is None:
        columns = torch.arange(key.shape[2], device=key.device)
        before = key.shape[2] - query.shape[2]  # tokens whose keys are there already
        mask = (columns <= before + positions[..., None])[:, None]  # (b, 1, r, all)
    else:
        whole = attention_mask.expand(len(query), *attention_mask.shape[1:])
        mask = whole.transpose(1, 2)[rows, positions].transpose(1, 2)
    looking = query.transpose(1, 2)[rows, positions].transpose(1, 2)  # (b, heads, r, width)
    made, _ = sdpa_attention_forward(module, looking, key, value, mask, **named)
    b, heads, longest, _ = query.shape
    every = made.new_zeros(b, longest, heads, made.shape[-1])
    return every.index_put((rows, read), made[:, : read.shape[1]]), None
