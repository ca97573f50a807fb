"""A network that has been fitted: it scores, saves its weights, loads them again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import bench
from bench_part.network import EventTransformer, Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

WEIGHTS, SHAPE = "weights.safetensors", "shape.json"
EVENTS = 128
"""Events scored at once."""


@dataclass(frozen=True, eq=False)
class FittedParT:
    """A network, and where it computes."""

    network: EventTransformer
    device: str

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """P(signal) of each event: (n,).

        Raises:
            InputError: particles of another form than the network was built for, or not finite.
        """
        particles, mask = particles_of(inputs, self.network.shape.f)
        training = self.network.training
        self.network.eval()
        with torch.inference_mode():
            scores = [
                self._scores(particles[i : i + EVENTS], mask[i : i + EVENTS])
                for i in range(0, len(inputs), EVENTS)
            ]
        self.network.train(training)
        return np.concatenate([*scores, np.empty(0)])

    def _scores(
        self, particles: NDArray[np.float32], mask: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        given = (torch.from_numpy(a).to(self.device) for a in (particles, mask))
        return torch.sigmoid(self.network(*given).double()).cpu().numpy()

    def save(self, folder: Path) -> None:
        """Weights and scaling as safetensors, the shape as JSON."""
        save_file(state(self.network), folder / WEIGHTS)
        (folder / SHAPE).write_text(json.dumps(asdict(self.network.shape), indent=1))

    @classmethod
    def load(cls, folder: Path, context: bench.Context) -> FittedParT:
        """What `save` wrote.

        Raises:
            DamagedError: a tensor is missing, is too many, or has another shape.
        """
        shape = Shape(**json.loads((folder / SHAPE).read_text()))
        with torch.random.fork_rng():  # what is drawn here is overwritten
            network = EventTransformer(shape)
        try:
            network.load_state_dict(load_file(folder / WEIGHTS))
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise bench.DamagedError(
                f"{folder / WEIGHTS} does not fit its shape: {reason}"
            ) from error
        return cls(network.to(context.device).eval(), context.device)


def state(network: EventTransformer) -> dict[str, Tensor]:
    """A copy of the weights and of the scaling, by name."""
    return {name: t.detach().cpu().clone() for name, t in network.state_dict().items()}


def particles_of(inputs: bench.Inputs, f: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The particles of each event, (n, p, f), and where they are, (n, p); no copy of them.

    Raises:
        InputError: another number of features, or some that are not finite.
    """
    particles = np.ascontiguousarray(inputs.views["particles"], dtype=np.float32)
    mask = np.ascontiguousarray(inputs.views["mask"], dtype=bool)
    if particles.ndim != 3 or particles.shape[2] != f or mask.shape != particles.shape[:2]:
        raise bench.InputError(
            f"particles of shape {particles.shape} with a mask of shape {mask.shape}, "
            f"wanted {f} numbers of each"
        )
    step = 4096  # a sum of all would take as much room again
    parts = (particles[i : i + step] for i in range(0, len(particles), step))
    if bad := sum(int((~np.isfinite(part).all(axis=(1, 2))).sum()) for part in parts):
        raise bench.InputError(
            f"{bad} of {len(particles)} events have particles that are not finite"
        )
    return particles, mask
