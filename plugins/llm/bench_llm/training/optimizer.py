"""AdamW over all that is trained, in 32 or 8 bits, each group at a learning rate of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

import bench
from bench_llm.network.tuning import trained

if TYPE_CHECKING:
    from torch import nn

ADAMW, ADAMW8BIT = "adamw", "adamw8bit"
BETAS = (0.9, 0.98)
"""The second one is shorter than usual, as a fit has but some hundred steps."""
LARGE = 4096
"""Elements from which on bitsandbytes keeps a tensor's state in 8 bits."""


@dataclass(frozen=True)
class Rates:
    """Peak learning rates and weight decay."""

    language: float
    adapter: float
    weight_decay: float


def groups(network: nn.Module) -> dict[str, dict[str, nn.Parameter]]:
    """The trained parameters by group and name: `language`, and `adapter` with its head."""
    by_group: dict[str, dict[str, nn.Parameter]] = {"language": {}, "adapter": {}}
    for name, parameter in trained(network).items():
        by_group["language" if name.startswith("language.") else "adapter"][name] = parameter
    return {name: parameters for name, parameters in by_group.items() if parameters}


def build_optimizer(network: nn.Module, kind: str, rates: Rates) -> torch.optim.Optimizer:
    """The optimizer, every trained parameter in exactly one of its groups; all rates start at 0.

    Raises:
        BenchError: a parameter that is trained in anything but float32.
    """
    made = []
    for name, parameters in groups(network).items():
        for full_name, parameter in parameters.items():
            if parameter.dtype != torch.float32:
                raise bench.BenchError(
                    f"{full_name} is trained in {parameter.dtype}; wanted float32"
                )
        peak = rates.adapter if name == "adapter" else rates.language
        made.append({"params": list(parameters.values()), "peak": peak, "name": name})
    settings: dict[str, Any] = {"lr": 0.0, "betas": BETAS, "weight_decay": rates.weight_decay}
    if kind == ADAMW8BIT:
        from bitsandbytes.optim import AdamW8bit

        return AdamW8bit(made, **settings)
    return torch.optim.AdamW(made, **settings)


def demand_8bit(
    optimizer: torch.optim.Optimizer, notice: Callable[[str], None] = lambda _: None
) -> None:
    """Look, after a step, whether the state really is in 8 bits; small tensors never are.

    Raises:
        BenchError: a large tensor's state is in anything else.
    """
    small = large = 0
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            kinds = {optimizer.state[parameter][key].dtype for key in ("state1", "state2")}
            if parameter.numel() < LARGE:
                small += 1
            elif kinds == {torch.uint8}:
                large += 1
            else:
                raise bench.BenchError(f"adamw8bit keeps a large tensor's state in {kinds}")
    notice(f"optimizer state: {large} tensors in 8 bits, {small} under {LARGE} elements in 32 bits")
