"""An ensemble that has been fitted: it scores, saves its weights, loads them again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import bench
from bench_tabm.network import Ensemble, Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

WEIGHTS, SHAPE = "weights.safetensors", "shape.json"
EVENTS = 8192
"""Events scored at once."""


@dataclass(frozen=True, eq=False)
class FittedTabM:
    """A network, and where it computes."""

    network: Ensemble
    device: str

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """P(signal) of each event: (n,).

        Raises:
            InputError: not as many numbers as the network was built for, or not finite ones.
        """
        numbers = numbers_of(inputs, self.network.shape.d)
        training = self.network.training
        self.network.eval()
        with torch.inference_mode():
            scores = [self._scores(numbers[i : i + EVENTS]) for i in range(0, len(inputs), EVENTS)]
        self.network.train(training)
        return np.concatenate([*scores, np.empty(0)])

    def _scores(self, numbers: NDArray[np.float32]) -> NDArray[np.float64]:
        return self.network.probability(torch.from_numpy(numbers).to(self.device)).cpu().numpy()

    def save(self, folder: Path) -> None:
        """Weights and scaling as safetensors, the shape as JSON."""
        save_file(state(self.network), folder / WEIGHTS)
        (folder / SHAPE).write_text(json.dumps(asdict(self.network.shape), indent=1))

    @classmethod
    def load(cls, folder: Path, context: bench.Context) -> FittedTabM:
        """What `save` wrote.

        Raises:
            RequestError: there is no stem where the fit has one, or the other way round.
            DamagedError: a tensor is missing, is too many, or has another shape.
        """
        shape = Shape(**json.loads((folder / SHAPE).read_text()))
        make_stem = context.view_modules.get("numbers")
        if shape.has_stem != (make_stem is not None):
            raise bench.RequestError(
                f"network of an encoder before the numbers: the fit has one "
                f"{shape.has_stem}, given {not shape.has_stem}"
            )
        with torch.random.fork_rng():  # what is drawn here is overwritten
            network = Ensemble(shape, make_stem and make_stem())
        try:
            network.load_state_dict(load_file(folder / WEIGHTS))
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise bench.DamagedError(
                f"{folder / WEIGHTS} does not fit its shape: {reason}"
            ) from error
        return cls(network.to(context.device).eval(), context.device)


def state(network: Ensemble) -> dict[str, Tensor]:
    """A copy of the weights and of the scaling, by name."""
    return {name: t.detach().cpu().clone() for name, t in network.state_dict().items()}


def numbers_of(inputs: bench.Inputs, d: int) -> NDArray[np.float32]:
    """The numbers of each event: (n, d).

    Raises:
        InputError: another number of them, or some that are not finite.
    """
    numbers = np.ascontiguousarray(inputs.views["numbers"], dtype=np.float32)
    if numbers.ndim != 2 or numbers.shape[1] != d:
        raise bench.InputError(f"numbers of shape {numbers.shape}, wanted {d} of each event")
    if bad := int((~np.isfinite(numbers).all(axis=1)).sum()):
        raise bench.InputError(f"{bad} of {len(numbers)} events have numbers that are not finite")
    return numbers
