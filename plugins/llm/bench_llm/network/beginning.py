"""The prompts' common beginning, computed once for all events that are scored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from bench_llm.network.blocks import looks_back_at_all
from bench_llm.network.fused import FIRST, Batch, FusedModel
from bench_llm.network.reading import reading_only

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

LEAST = 4
"""Tokens that a beginning has to have to be worth it."""


@dataclass(frozen=True, eq=False)
class Beginning:
    """What attention sees of tokens that all prompts begin with."""

    length: int
    """Tokens."""
    states: list[tuple[Tensor, Tensor]]
    """Keys and values of each block: (1, heads, length, width)."""

    def behind(self, batch: Batch) -> Batch:
        """The batch without these tokens, which it stands on."""
        from transformers import DynamicCache

        shape = (len(batch.ids), -1, -1, -1)
        repeated = [(keys.expand(shape), values.expand(shape)) for keys, values in self.states]
        return replace(
            batch,
            ids=batch.ids[:, self.length :],
            reads=batch.reads - self.length,
            before=DynamicCache(repeated),
        )


def beginning_of(
    network: nn.Module, ids: NDArray[np.int64], lengths: NDArray[np.int64], device: str
) -> Beginning | None:
    """The beginning of these prompts, if it can be computed apart and is worth it.

    Args:
        network: as it scores; nothing is learned through what is computed here.
        ids: (n, longest), the prompts' tokens, padded on the right; n is at least 1.
        lengths: (n,).
        device: where the network is.
    """
    if not isinstance(network, FusedModel) or network.takes_numbers_at(FIRST):
        return None
    alike = (ids == ids[0]).all(axis=0) & (
        ids[0] >= 0
    )  # below 0 something of an event's own stands
    length = min(int(alike.cumprod().sum()), int(lengths.min()) - 1)  # the last one is read at
    if length < LEAST or len(ids) == 1 or not looks_back_at_all(network.language.config):
        return None
    return _computed(network, torch.from_numpy(ids[:1, :length]).to(device))


def _computed(network: FusedModel, ids: Tensor) -> Beginning | None:
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer

    language = network.language
    embedded = language.get_input_embeddings()(ids)
    with reading_only(language, torch.zeros_like(ids[:, :1])):
        made = language(inputs_embeds=embedded, use_cache=True, return_dict=True)
    cache = getattr(made, "past_key_values", None)
    layers = cache.layers if isinstance(cache, DynamicCache) else []
    if not layers or not all(type(layer) is DynamicLayer for layer in layers):
        return None
    states = [(layer.keys, layer.values) for layer in cast(list[Any], layers)]
    return Beginning(ids.shape[1], states)
