"""The shape of the documented base, to count it or to fill it with random weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

if TYPE_CHECKING:
    from transformers import MistralConfig, PreTrainedModel

MISTRAL_7B: dict[str, Any] = {
    "vocab_size": 32_768,
    "hidden_size": 4096,
    "intermediate_size": 14_336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "max_position_embeddings": 32_768,
    "rope_theta": 1e6,
    "sliding_window": None,
    "tie_word_embeddings": False,
}
"""Mistral-7B-Instruct-v0.3, as its config.json says."""


def mistral(shape: dict[str, Any]) -> MistralConfig:
    """The configuration of a shape."""
    from transformers import MistralConfig

    return MistralConfig(**shape)


def quantised_at_random(config: MistralConfig, device: str, seed: int = 0) -> PreTrainedModel:
    """A model of random weights in 4 bits, made tensor by tensor so that little memory is needed.

    Norms and embeddings are in bfloat16, as they are when a checkpoint is loaded in 4 bits. On the
    device `meta` there are shapes and no weights.
    """
    from bitsandbytes.nn import Params4bit
    from transformers import AutoModelForCausalLM
    from transformers.integrations import replace_with_bnb_linear

    from bench_llm.bases.loading import quantisation, unpacked

    with torch.device("meta"):
        language: Any = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
        language = replace_with_bnb_linear(
            language,
            quantization_config=quantisation("bfloat16"),
            modules_to_not_convert=["lm_head"],
        )
    language = unpacked(language)
    language.is_loaded_in_4bit = True
    if device == "meta":
        return cast("PreTrainedModel", language)
    generator = torch.Generator(device).manual_seed(seed)
    for module in language.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            made = torch.empty(parameter.shape, dtype=torch.bfloat16, device=device)
            if parameter.ndim > 1:
                made.normal_(0.0, 0.02, generator=generator)
            else:
                made.fill_(1.0)
            if isinstance(parameter, Params4bit):
                quantised: Any = Params4bit(
                    made, requires_grad=False, quant_type="nf4", compress_statistics=True
                )
                setattr(module, name, quantised.to(device))
            else:
                setattr(module, name, nn.Parameter(made))
    rotary = type(language.model.rotary_emb)(config)  # its buffers are no parameters
    language.model.rotary_emb = rotary.to(device)
    return cast("PreTrainedModel", language)
