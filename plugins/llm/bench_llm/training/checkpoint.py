"""Checkpoints of a training: sealed folders from which it goes on as if nothing had happened."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file

import bench
from bench_llm.network.tuning import load_state, state, trained
from bench_llm.training.looks import Looks

if TYPE_CHECKING:
    from torch import Tensor, nn

TENSORS, POSITION = "tensors.safetensors", "position.json"
KEEP = 2


@dataclass
class TrainingState:
    """How far a training has come."""

    step: int = 0
    events: int = 0
    tokens: int = 0
    clipped: int = 0
    """Steps whose gradient was clipped."""
    best_value: float = -inf
    """How good the best evaluation so far was; the higher, the better."""
    waited: int = 0
    """Evaluations since the best one."""
    looks: int = 0
    """Evaluations so far."""
    best: dict[str, Tensor] = field(default_factory=dict)
    """The trained weights at the best evaluation so far."""

    def consider(self, value: float, network: nn.Module) -> None:
        """Keep the network's weights if they are the best so far."""
        self.waited += 1
        self.looks += 1
        if value > self.best_value:
            self.best_value, self.waited = value, 0
            self.best = {name: tensor.detach().clone() for name, tensor in state(network).items()}

    def position(self) -> dict[str, float]:
        """All but the weights."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "best"}


class Checkpoints:
    """The checkpoints of one training, the newest two of them.

    Each holds the trained weights by name, the optimizer's state, the state of the random number
    generators, the position in the data and with it in the schedule, and the best weights so far;
    the manifest with all hashes is written last.
    """

    def __init__(
        self,
        folder: Path,
        network: nn.Module,
        optimizer: torch.optim.Optimizer,
        notice: Callable[[str], None],
        looks: Looks | None = None,
    ) -> None:
        self.folder, self.network, self.optimizer = folder, network, optimizer
        self.notice, self.looks = notice, looks

    def save(self, training_state: TrainingState) -> None:
        """Write all of it into a draft, seal it, and put it in place.

        Raises:
            LockLostError: this process stood still, and the folder is another one's now.
        """
        bench.demand_held()
        target = self.folder / f"step-{training_state.step:08d}"
        draft = self.folder / f".{target.name}"
        shutil.rmtree(draft, ignore_errors=True)
        bench.make_folder(draft)
        tensors, plain = self._optimizer_state()
        tensors |= {f"weight.{name}": tensor for name, tensor in state(self.network).items()}
        tensors |= {f"best.{name}": tensor for name, tensor in training_state.best.items()}
        tensors |= _random_state()
        save_file({k: t.detach().cpu().contiguous() for k, t in tensors.items()}, draft / TENSORS)
        position = {"progress": training_state.position(), "optimizer": plain}
        (draft / POSITION).write_text(json.dumps(position))
        bench.sync_all(self.folder)  # what was logged up to here, too
        bench.demand_held()
        bench.put_sealed(draft, target)  # on the disk before those before it go
        for old in self._folders()[:-KEEP]:
            shutil.rmtree(old)

    def restore(self) -> TrainingState:
        """The state of the newest sound checkpoint, put into network and optimizer.

        One whose looks are not all there is not sound: what it goes on from would lack them.
        """
        for folder in reversed(self._folders()):
            try:
                bench.verify(folder)
                if self.looks:
                    self.looks.demand_sound(_progress(folder)["looks"])
            except bench.DamagedError as error:
                self.notice(f"{error}; the checkpoint before it is taken")
                shutil.rmtree(folder)
                continue
            training_state = self._load(folder)
            self.notice(
                f"going on from step {training_state.step}, {training_state.events} events seen"
            )
            return training_state
        return TrainingState()

    def _folders(self) -> list[Path]:
        return sorted(self.folder.glob("step-*"))

    def _optimizer_state(self) -> tuple[dict[str, Tensor], dict[str, dict[str, Any]]]:
        """The state of each parameter by its name: tensors, and plain numbers."""
        tensors: dict[str, Tensor] = {}
        plain: dict[str, dict[str, Any]] = {}
        for name, parameter in trained(self.network).items():
            plain[name] = {}
            for key, value in self.optimizer.state[parameter].items():
                if isinstance(value, torch.Tensor):
                    tensors[f"optimizer.{key}.{name}"] = value.clone()
                else:
                    plain[name][key] = value
        return tensors, plain

    def _load(self, folder: Path) -> TrainingState:
        tensors = load_file(folder / TENSORS)
        position = json.loads((folder / POSITION).read_text())
        load_state(self.network, _named(tensors, "weight."))
        for name, parameter in trained(self.network).items():
            own = {k: v for k, v in tensors.items() if k.startswith("optimizer.")}
            self.optimizer.state[parameter] = {
                # a step count stays on the CPU, as torch's AdamW keeps it
                **{
                    key: value if key == "step" else value.to(parameter.device)
                    for whole, value in own.items()
                    for key, _, of in [whole.removeprefix("optimizer.").partition(".")]
                    if of == name
                },
                **position["optimizer"][name],
            }
        _put_random_state(tensors)
        device = next(iter(trained(self.network).values())).device
        best = {name: value.to(device) for name, value in _named(tensors, "best.").items()}
        return TrainingState(**position["progress"], best=best)


def _progress(folder: Path) -> dict[str, Any]:
    """How far a checkpoint has come."""
    progress: dict[str, Any] = json.loads((folder / POSITION).read_text())["progress"]
    return progress


def _named(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _random_state() -> dict[str, Tensor]:
    states = {"random.cpu": torch.random.get_rng_state()}
    if torch.cuda.is_available():
        states["random.cuda"] = torch.cuda.get_rng_state()
    return states


def _put_random_state(tensors: dict[str, Tensor]) -> None:
    torch.random.set_rng_state(tensors["random.cpu"])
    if "random.cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random.cuda"])
