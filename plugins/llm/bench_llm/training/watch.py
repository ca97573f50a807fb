"""What is watched while training: norms, updates, rates, speed and memory, as scalars by name."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import torch

from bench_llm.training.optimizer import groups

if TYPE_CHECKING:
    from torch import Tensor, nn

    from bench_llm.training.checkpoint import TrainingState


class Watch:
    """Takes the scalars of single steps; the steps between them cost nothing."""

    def __init__(self, network: nn.Module, progress: TrainingState, device: str) -> None:
        self.groups = {name: list(params.values()) for name, params in groups(network).items()}
        self.progress, self.device = progress, device
        self.started, self.tokens = time.monotonic(), progress.tokens

    def weights(self) -> dict[str, list[Tensor]]:
        """A copy of the weights, by group, to tell afterwards how far a step moved them."""
        return {n: [p.detach().clone() for p in params] for n, params in self.groups.items()}

    def gradients(self) -> dict[str, float]:
        """The norm of each group's gradient, before it is clipped."""
        return {
            f"gradient_norm_{name}": _norm([p.grad for p in params if p.grad is not None])
            for name, params in self.groups.items()
        }

    def updates(self, before: dict[str, list[Tensor]]) -> dict[str, float]:
        """How far the step moved each group, against its norm."""
        ratios = {}
        for name, params in self.groups.items():
            moved = [p.detach() - old for p, old in zip(params, before[name], strict=True)]
            ratios[f"update_ratio_{name}"] = _norm(moved) / max(_norm(before[name]), 1e-12)
        return ratios

    def rates(self, optimizer: torch.optim.Optimizer, clip_factor: float) -> dict[str, float]:
        """Each group's learning rate, and what clipping left of it.

        Args:
            optimizer: after its step.
            clip_factor: by how much clipping scaled the gradient down.
        """
        scalars = {}
        for group in optimizer.param_groups:
            scalars[f"lr_{group['name']}"] = float(group["lr"])
            scalars[f"effective_lr_{group['name']}"] = float(group["lr"]) * clip_factor
        return scalars

    def totals(self, n: int) -> dict[str, float]:
        """Events, tokens and memory so far, of a train sample of n events."""
        progress = self.progress
        seconds = max(time.monotonic() - self.started, 1e-9)
        return {
            "events": float(progress.events),
            "unique_events": float(min(progress.events, n)),
            "clipped_share": progress.clipped / max(progress.step, 1),
            "tokens_per_s": (progress.tokens - self.tokens) / seconds,
            "memory_gb": memory(self.device),
        }


def memory(device: str) -> float:
    """The most memory taken so far, GB: of the GPU, or of the process."""
    if device.startswith("cuda"):
        return torch.cuda.max_memory_allocated(device) / 1e9
    import resource
    import sys

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e9 if sys.platform == "darwin" else most * 1024 / 1e9


def _norm(tensors: list[Tensor]) -> float:
    if not tensors:
        return 0.0
    return float(torch.linalg.vector_norm(torch.stack([t.float().norm() for t in tensors])))
