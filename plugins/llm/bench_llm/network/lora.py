"""LoRA in peft's own layout, so that whatever reads peft's adapters reads a fit's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors.torch import load_file, save_file

if TYPE_CHECKING:
    import torch

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
"""What peft calls its files."""
FITTED = "default"
"""What peft calls the LoRA that answers."""
OURS, ADAPTER, THEIRS = "language.", f".{FITTED}", "base_model.model."
"""What a parameter's name begins with in the network, what peft puts into it, and before it."""


def is_lora(name: str) -> bool:
    """Whether a parameter of the network is one of LoRA's."""
    return name.startswith(OURS) and ".lora_" in name


def save_lora(language: Any, tensors: dict[str, torch.Tensor], folder: Path) -> None:
    """Write LoRA's weights with what peft has to know of them.

    Args:
        language: with LoRA in it.
        tensors: of LoRA, by their names in the network.
        folder: for peft's two files.
    """
    config = language.peft_config[FITTED]
    config.inference_mode = True
    config.save_pretrained(folder)
    theirs = {
        THEIRS + name.removeprefix(OURS).replace(ADAPTER, ""): tensor
        for name, tensor in tensors.items()
    }
    save_file(theirs, folder / WEIGHTS)


def load_lora(folder: Path, device: str) -> dict[str, torch.Tensor]:
    """LoRA's weights by their names in the network; none where there are none."""
    if not (folder / WEIGHTS).exists():
        return {}
    return {
        f"{OURS}{before}{kind}{ADAPTER}{behind}": tensor
        for name, tensor in load_file(folder / WEIGHTS, device=device).items()
        for before, kind, behind in [_parts(name.removeprefix(THEIRS))]
    }


def _parts(name: str) -> tuple[str, str, str]:
    """A name before, of and behind the part that says which of LoRA's matrices it is."""
    before, mark, behind = name.partition(".lora_")
    matrix, dot, last = behind.partition(".")
    return before, f"{mark}{matrix}", f"{dot}{last}"
