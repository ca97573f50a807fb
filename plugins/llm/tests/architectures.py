"""Tiny random models of many architectures, made from transformers' own configurations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from bench_llm.language import LanguageModel
from bench_llm.nfa import PromptFusion
from bench_llm.pretraining.tokenizer import train_tokenizer
from bench_llm.text import TextOnly
from bench_llm.token import DedicatedToken
from events import inputs

HEADS: dict[str, Any] = {"num_attention_heads": 4, "num_key_value_heads": 2}
LLAMA: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "max_position_embeddings": 192,
    **HEADS,
}
WIDE: dict[str, Any] = {**LLAMA, "head_dim": 8}
CAPPED: dict[str, Any] = {**WIDE, "final_logit_softcapping": 1.0, "sliding_window": 16}
GPT: dict[str, Any] = {"n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 192}

SHAPES: dict[str, dict[str, Any]] = {
    "Llama": LLAMA,
    "Mistral": {**LLAMA, "sliding_window": None},
    "Qwen2": {**LLAMA, "tie_word_embeddings": True},
    "Qwen3": WIDE,
    "Gemma": WIDE,
    "Gemma2": CAPPED,
    "Gemma3": {**CAPPED, "layer_types": ["sliding_attention", "full_attention"] * 2}
    | {"num_hidden_layers": 4},
    "Phi3": {**LLAMA, "pad_token_id": 3},
    "GPT2": GPT,
    "GPTNeoX": {k: v for k, v in LLAMA.items() if k != "num_key_value_heads"},
    "OPT": {
        "hidden_size": 32,
        "word_embed_proj_dim": 16,
        "ffn_dim": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "max_position_embeddings": 192,
    },
    "Bloom": {"hidden_size": 32, "n_layer": 3, "n_head": 4},
    "Falcon": {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4},
    "StableLm": LLAMA,
    "Olmo": LLAMA,
    "SmolLM3": {**LLAMA, "no_rope_layers": [1, 1, 0]},
}
"""What is not of the configuration's defaults."""

SMALL: dict[str, Any] = {"units": 16}
PLACES: dict[str, tuple[type[LanguageModel], dict[str, Any]]] = {
    "text": (TextOnly, {}),
    "first": (PromptFusion, {"place": "first", **SMALL}),
    "prepended": (PromptFusion, {"place": "prepended", **SMALL}),
    "answer": (PromptFusion, {"place": "answer", **SMALL}),
    "start": (DedicatedToken, {"place": "start", "tokens": 2, **SMALL}),
    "end": (DedicatedToken, {"place": "end", "tokens": 2, **SMALL}),
}
TUNINGS = ("full", "lora", "qlora")


def architecture(kind: str, folder: Path, **changes: Any) -> str:
    """The folder of a tiny model of this kind with random weights, and of its tokenizer."""
    import transformers

    tokenizer = train_tokenizer([*inputs(10).views["texts"], "Answer: signal background"] * 5, 360)
    ends = {f"{n}_token_id": getattr(tokenizer, f"{n}_token_id") for n in ("bos", "eos", "pad")}
    suffix = "TextConfig" if kind == "Gemma3" else "Config"
    make = getattr(transformers, kind + suffix)
    config = make(**{"vocab_size": len(tokenizer), **ends, **SHAPES[kind], **changes})
    torch.manual_seed(7)
    language = transformers.AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():  # so that whatever lies behind the head acts
        language.get_output_embeddings().weight.mul_(10)
    language.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)
