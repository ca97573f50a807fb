"""Which weights of a language model are trained: all, low-rank additions, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

import bench
from bench_llm.network.blocks import blocks
from bench_llm.network.lora import is_lora

if TYPE_CHECKING:
    from peft import LoraConfig
    from transformers import PreTrainedModel

FULL, LORA, QLORA, FROZEN = "full", "lora", "qlora", "frozen"
AUTO, ALL_LINEAR = "auto", "all-linear"
WRAPPED = "base_layer"
"""What peft calls the layer that its own one is around."""


@dataclass(frozen=True)
class Tuning:
    """How a language model is fine-tuned."""

    kind: str
    targets: Sequence[str]
    """Names of the linear layers that LoRA is added to; `auto` for what peft knows of the base."""
    r: int
    alpha: float
    dropout: float
    seed: int
    last_blocks: int = 0
    """LoRA in so many blocks, the last ones; 0 for all."""


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
        return kind == FULL or (kind in (LORA, QLORA) and is_lora(name))

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
    from peft import inject_adapter_in_model

    config = lora_config(language, tuning)
    with torch.random.fork_rng():
        torch.manual_seed(tuning.seed)
        inject_adapter_in_model(config, language)


def lora_config(language: PreTrainedModel, tuning: Tuning) -> LoraConfig:
    """LoRA for a language model, in peft's own words.

    Raises:
        InputError: a target is not in this model, or it has fewer blocks than are wanted.
    """
    from peft import LoraConfig

    linear = _linear_layers(language)
    names = {name.rpartition(".")[2] for name in linear}
    targets = _targets(language, tuning.targets, sorted(names))
    if absent := sorted(set(targets) - names):
        raise bench.InputError(
            f"targets={','.join(absent)}: not in this base; there is: {', '.join(sorted(names))}"
        )
    chosen = [module for name, module in linear.items() if name.rpartition(".")[2] in targets]
    return LoraConfig(
        r=tuning.r,
        lora_alpha=tuning.alpha,  # type: ignore[arg-type]  # any number will do
        lora_dropout=tuning.dropout,
        target_modules=list(targets),
        layers_to_transform=_last_blocks(language, tuning.last_blocks),
        fan_in_fan_out=all(not isinstance(module, nn.Linear) for module in chosen),
        bias="none",
        task_type="CAUSAL_LM",
    )


def _targets(
    language: PreTrainedModel, targets: Sequence[str], every: Sequence[str]
) -> Sequence[str]:
    """The layers' names; where peft knows none of this architecture, every one."""
    from peft.utils import TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING as KNOWN

    if list(targets) == [ALL_LINEAR]:
        return every
    if list(targets) != [AUTO]:
        return targets
    known = KNOWN.get(language.config.get_text_config().model_type)
    return known if isinstance(known, list) else every


def _last_blocks(language: PreTrainedModel, count: int) -> list[int] | None:
    """The indices of the last blocks; None for all.

    Raises:
        InputError: there are not so many.
    """
    if not count:
        return None
    every = blocks(language, language.config)
    total = len(every) if every is not None else 0
    if count > total:
        raise bench.InputError(f"lora_blocks={count}: this base has {total} blocks")
    return list(range(total - count, total))


def _linear_layers(language: PreTrainedModel) -> dict[str, nn.Module]:
    """The layers that LoRA can be added to by their full names, but for the head."""
    from transformers.pytorch_utils import Conv1D

    head, modules = language.get_output_embeddings(), dict(language.named_modules())
    of_lora = tuple(f"{name}." for name, module in modules.items() if hasattr(module, WRAPPED))
    return {
        name: plain
        for name, module in modules.items()
        if not name.startswith(of_lora)
        for plain in [getattr(module, WRAPPED, module)]
        if isinstance(plain, nn.Linear | Conv1D) and plain is not head
    }
