"""Multiplications that a pass really does: counted as torch is asked for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

ATTENTION = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
ONEDNN = torch.ops.mkldnn._linear_pointwise


def multiplications(run: Callable[[], Any]) -> float:
    """Additions and multiplications in matrices and in attention, padding included.

    Of causal attention one half counts, as the other is skipped.
    """
    counted = {ATTENTION: _attention, ONEDNN: _linear}
    with FlopCounterMode(display=False, custom_mapping=counted) as counter:
        run()
    return float(counter.get_total_flops())


def _attention(
    query: torch.Size,
    key: torch.Size,
    value: torch.Size,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *_: Any,
    out_shape: Any = None,
    **__: Any,
) -> int:
    whole = sdpa_flop_count(query, key, value)
    return whole // 2 if is_causal else whole


def _linear(states: torch.Size, *given: Any, out_shape: torch.Size, **_: Any) -> int:
    """Of a linear layer: (..., in) to (..., out)."""
    return 2 * states[-1] * out_shape.numel()
