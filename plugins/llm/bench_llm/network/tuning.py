"""Which weights of a language model are trained: all, low-rank additions, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

import bench

if TYPE_CHECKING:
    from transformers import PreTrainedModel

FULL, LORA, QLORA, FROZEN = "full", "lora", "qlora", "frozen"


@dataclass(frozen=True)
class Tuning:
    """How a language model is fine-tuned."""

    kind: str
    targets: Sequence[str]
    """Names of the linear layers that LoRA is added to."""
    r: int
    alpha: float
    dropout: float
    seed: int


def tune(language: PreTrainedModel, tuning: Tuning) -> None:
    """Mark what is trained, after adding LoRA's matrices where they are wanted; all in float32.

    Raises:
        InputError: LoRA's targets are not in this model.
    """
    language.requires_grad_(tuning.kind == FULL)
    if tuning.kind in (LORA, QLORA):
        _add_lora(language, tuning)
    for parameter in language.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.to(torch.float32)


def trained(network: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that are trained, by name."""
    return {name: p for name, p in network.named_parameters() if p.requires_grad}


def expected_trainable(network: nn.Module, kind: str) -> list[str]:
    """The names of what is to be trained with this kind of tuning, whatever is marked so.

    All of the language model, its low-rank additions or none of it; and all that is not of it.
    """

    def expected(name: str) -> bool:
        if not name.startswith("language."):
            return True
        return kind == FULL or (kind in (LORA, QLORA) and "lora_" in name)

    return [name for name, _ in network.named_parameters() if expected(name)]


def state(network: nn.Module) -> dict[str, torch.Tensor]:
    """What makes a fit of its base: the trained weights, and the scaling of the numbers."""
    adapter = network.adapter
    scaling = {}
    if isinstance(adapter, nn.Module):
        scaling = dict(adapter.named_buffers(prefix="adapter"))
    weights = {name: p.detach() for name, p in trained(network).items()}
    return {**weights, **scaling}


def load_state(network: nn.Module, tensors: dict[str, torch.Tensor]) -> None:
    """Put a state back in place: every tensor of it, and no other.

    Raises:
        DamagedError: a tensor is missing, is too many, or has another shape.
    """
    own = state(network)
    if odd := sorted(own.keys() ^ tensors.keys()):
        raise bench.DamagedError(f"{len(odd)} tensors are missing or too many, as {odd[0]}")
    for name, tensor in own.items():
        if tensor.shape != tensors[name].shape:
            raise bench.DamagedError(f"{name} has shape {tuple(tensors[name].shape)}")
        tensor.copy_(tensors[name])


def _add_lora(language: PreTrainedModel, tuning: Tuning) -> None:
    from peft import LoraConfig, inject_adapter_in_model

    config = LoraConfig(
        r=tuning.r,
        lora_alpha=tuning.alpha,  # type: ignore[arg-type]  # any number will do
        lora_dropout=tuning.dropout,
        target_modules=list(tuning.targets),
        bias="none",
        task_type="CAUSAL_LM",
    )
    try:
        with torch.random.fork_rng():
            torch.manual_seed(tuning.seed)
            inject_adapter_in_model(config, language)
    except ValueError as error:
        linear = {n.rpartition(".")[2] for n, m in language.named_modules() if _is_linear(m)}
        raise bench.InputError(
            f"targets={','.join(tuning.targets)}: not in this base; there is: "
            f"{', '.join(sorted(linear))}"
        ) from error


def _is_linear(module: nn.Module) -> bool:
    return isinstance(module, nn.Linear)
