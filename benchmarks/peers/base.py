"""The bases that both sides load, as plain folders: `tiny`, and SmolLM2 in float32."""

from __future__ import annotations

from pathlib import Path

import torch
from bench_llm.bases import smollm2
from bench_llm.bases.source import SHIPPED
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer


def folder_of(name: str, scratch: Path) -> Path:
    """The folder of a base; SmolLM2's is made in this scratch folder from its GGUF file."""
    if name == "tiny":
        return SHIPPED
    file, folder = smollm2.fetch(), scratch / name
    packed = {"gguf_file": file.name, "local_files_only": True}
    language = AutoModelForCausalLM.from_pretrained(file.parent, dtype=torch.float32, **packed)
    config = AutoConfig.from_pretrained(file.parent, **packed)
    config.dtype = torch.float32
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    # a model that was dequantised refuses to be saved, a fresh one with its weights does not
    plain = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    plain.load_state_dict(language.state_dict())
    plain.save_pretrained(folder)
    AutoTokenizer.from_pretrained(file.parent, **packed).save_pretrained(folder)
    return folder
