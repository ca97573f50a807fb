"""The parts that all causal language models of transformers have, under each one's own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

import bench

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel

FULL = "full_attention"


def blocks(language: nn.Module, config: PreTrainedConfig) -> nn.ModuleList | None:
    """The blocks that states go through one by one; None where they are built otherwise."""
    count = config.get_text_config().num_hidden_layers
    for module in language.modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return module
    return None


def embedding_width(language: PreTrainedModel) -> int:
    """Numbers in the embedding of a token, which may be fewer than in a hidden state."""
    return int(language.get_input_embeddings().get_parameter("weight").shape[-1])


def room(config: PreTrainedConfig) -> int | None:
    """Tokens that a base can read; None where its positions know no end."""
    limit = getattr(config.get_text_config(), "max_position_embeddings", None)
    return None if limit is None else int(limit)


def reach(config: PreTrainedConfig) -> int | None:
    """How many tokens back the farthest-looking layer looks, its own included; None for all."""
    text = config.get_text_config()
    window = getattr(text, "sliding_window", None)
    if window is None or getattr(text, "use_sliding_window", True) is False:
        return None
    kinds = getattr(text, "layer_types", None)
    return None if kinds and FULL in kinds else int(window)


def looks_back_at_all(config: PreTrainedConfig) -> bool:
    """Whether every layer looks at all tokens before, however far back."""
    text = config.get_text_config()
    kinds = getattr(text, "layer_types", None) or [FULL]
    return reach(config) is None and set(kinds) == {FULL}


def window(config: PreTrainedConfig) -> int | None:
    """How many tokens back a layer looks that looks least far, its own included; None for all."""
    if looks_back_at_all(config):
        return None
    tokens = getattr(config.get_text_config(), "sliding_window", None)
    return None if tokens is None else int(tokens)


def demand_causal(language: PreTrainedModel) -> None:
    """Refuse a model in which a token sees those behind it, padding among them.

    Raises:
        InputError: its states before a token change with that token.
    """
    embeddings = language.get_input_embeddings().get_parameter("weight")
    ids = torch.arange(8, device=embeddings.device)[None]
    other = ids.clone()
    other[0, -1] += 1
    training = language.training
    language.eval()
    with torch.inference_mode():
        one, another = (
            language(input_ids=each, use_cache=False, return_dict=True).logits[:, :-1]
            for each in (ids, other)
        )
    language.train(training)
    rounding = 16 * torch.finfo(one.dtype).eps * float(one.abs().max())
    if float((one - another).abs().max()) > rounding:
        kind = language.config.model_type
        raise bench.InputError(f"a base of the kind {kind} looks ahead; wanted a causal one")
