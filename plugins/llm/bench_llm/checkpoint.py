"""Checkpoints of a training: sealed folders from which it goes on as if nothing had happened."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.torch import load_file, save_file

import bench

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from bench_llm.network import FusedModel

TENSORS, POSITION = "tensors.safetensors", "position.json"
KEEP = 2


@dataclass
class Progress:
    """How far a training has come."""

    step: int = 0
    events: int = 0
    best_auc: float = -1.0
    best: dict[str, Tensor] = field(default_factory=dict)
    """The weights of the best epoch so far."""

    def consider(self, auc: float, network: FusedModel) -> None:
        """Keep the network's weights if their AUC is the best so far."""
        if auc > self.best_auc:
            self.best_auc = auc
            self.best = {k: p.detach().clone() for k, p in network.named_parameters()}

    def restore_best(self, network: FusedModel) -> None:
        """Put the best weights back."""
        for name, parameter in network.named_parameters():
            parameter.data.copy_(self.best[name])


class Checkpoints:
    """The checkpoints of one training, the newest two of them."""

    def __init__(
        self,
        folder: Path,
        network: FusedModel,
        optimizer: torch.optim.AdamW,
        notice: Callable[[str], None],
    ) -> None:
        self.folder, self.network, self.optimizer = folder, network, optimizer
        self.notice = notice

    def save(self, state: Progress) -> None:
        """Write weights, optimizer and position; the manifest comes last."""
        target = self.folder / f"step-{state.step:08d}"
        draft = self.folder / f".{target.name}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        save_file(self._tensors(state), str(draft / TENSORS))
        position = {"step": state.step, "events": state.events, "best_auc": state.best_auc}
        (draft / POSITION).write_text(json.dumps(position))
        bench.seal(draft)
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
        for old in self._found()[:-KEEP]:
            shutil.rmtree(old)

    def restore(self) -> Progress:
        """The state of the newest sound checkpoint, put into network and optimizer."""
        for folder in reversed(self._found()):
            try:
                bench.verify(folder)
            except bench.DamagedError as error:
                self.notice(f"{error}; the checkpoint before it is taken")
                shutil.rmtree(folder)
                continue
            state = self._load(folder)
            self.notice(f"going on from step {state.step}, {state.events} events seen")
            return state
        return Progress()

    def _found(self) -> list[Path]:
        return sorted(self.folder.glob("step-*"))

    def _tensors(self, state: Progress) -> dict[str, Tensor]:
        tensors = {}
        for name, parameter in self.network.named_parameters():
            tensors[f"weight.{name}"] = parameter.detach()
            for key, value in self.optimizer.state[parameter].items():
                tensors[f"{key}.{name}"] = value
        tensors |= {f"best.{name}": value for name, value in state.best.items()}
        return {name: tensor.contiguous() for name, tensor in tensors.items()}

    def _load(self, folder: Path) -> Progress:
        tensors = load_file(folder / TENSORS)
        best = {}
        for name, parameter in self.network.named_parameters():
            parameter.data.copy_(tensors[f"weight.{name}"])
            self.optimizer.state[parameter] = {
                # the step count stays on the CPU, as AdamW keeps it
                key: value if key == "step" else value.to(parameter.device)
                for key in ("step", "exp_avg", "exp_avg_sq")
                for value in [tensors[f"{key}.{name}"]]
            }
            if f"best.{name}" in tensors:
                best[name] = tensors[f"best.{name}"].to(parameter.device)
        return Progress(**json.loads((folder / POSITION).read_text()), best=best)
