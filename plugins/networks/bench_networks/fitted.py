"""A network that has been fitted: it scores, saves its weights, loads them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import bench
from bench_networks.network import Network, probability

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

WEIGHTS, FORM = "weights.safetensors", "form.json"


@dataclass(frozen=True, eq=False)
class FittedNetwork:
    """A network, what it was built of, and where it computes."""

    network: Network
    form: Mapping[str, Any]
    device: str

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """P(signal) of each event: (n,).

        Raises:
            InputError: other views than the network was built for, or not finite ones.
        """
        arrays = self.network.arrays(inputs)
        training = self.network.training
        self.network.eval()
        with torch.inference_mode():
            starts = range(0, len(inputs), self.network.at_once)
            scores = [
                self._scores([a[i : i + self.network.at_once] for a in arrays]) for i in starts
            ]
        self.network.train(training)
        return np.concatenate([*scores, np.empty(0)])

    def _scores(self, arrays: list[NDArray[Any]]) -> NDArray[np.float64]:
        tensors = (torch.from_numpy(array).to(self.device) for array in arrays)
        return probability(self.network(*tensors)).cpu().numpy()

    def save(self, folder: Path) -> None:
        """Weights and scaling as safetensors, what the network is built of as JSON."""
        save_file(state(self.network), folder / WEIGHTS)
        (folder / FORM).write_text(json.dumps(dict(self.form), indent=1))

    @classmethod
    def load(
        cls, network: Network, form: Mapping[str, Any], folder: Path, device: str
    ) -> FittedNetwork:
        """A network of that form, with the weights that `save` wrote.

        Raises:
            DamagedError: a tensor is missing, is too many, or has another shape.
        """
        try:
            network.load_state_dict(load_file(folder / WEIGHTS))
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise bench.DamagedError(
                f"{folder / WEIGHTS} does not fit its form: {reason}"
            ) from error
        return cls(network.to(device).eval(), form, device)


def read_form(folder: Path) -> dict[str, Any]:
    """What the network of a stored fit is built of.

    Raises:
        DamagedError: nothing says so, as in what an earlier version exported.
    """
    try:
        form: dict[str, Any] = json.loads((folder / FORM).read_text())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise bench.DamagedError(f"{folder / FORM}: {reason}; fit the model anew") from error
    return form


def state(network: Network) -> dict[str, Tensor]:
    """A copy of the weights and of the scaling, by name."""
    return {name: t.detach().cpu().clone() for name, t in network.state_dict().items()}
