"""What a fit learned as files: the trained weights and the scaling, LoRA in peft's own layout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.torch import load_file, save_file

from bench_llm.network.lora import is_lora, load_lora, save_lora
from bench_llm.network.tuning import state

if TYPE_CHECKING:
    import torch
    from torch import nn

WEIGHTS = "weights.safetensors"


def save_learned(network: nn.Module, folder: Path) -> None:
    """Write it into a folder that is there."""
    tensors = {name: t.cpu().contiguous() for name, t in state(network).items()}
    lora = {name: tensor for name, tensor in tensors.items() if is_lora(name)}
    save_file({n: t for n, t in tensors.items() if n not in lora}, folder / WEIGHTS)
    if lora:
        save_lora(network.language, lora, folder)


def read_learned(folder: Path, device: str) -> dict[str, torch.Tensor]:
    """What `save_learned` wrote, by the names in the network."""
    return load_file(folder / WEIGHTS, device=device) | load_lora(folder, device)
