"""A model that is a network of torch, which is loaded by a fit and not before."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import bench
from bench_networks.options import TrainingOptions

if TYPE_CHECKING:
    from torch import nn

    from bench_networks.fitted import FittedNetwork
    from bench_networks.network import Network


@dataclass(frozen=True)
class NetworkModel(TrainingOptions, bench.Model):
    """A network that AdamW trains on the log loss, stopped and chosen by the valid split."""

    uses_device = True
    stem_of: ClassVar[str] = ""
    """The view that an encoder may bring a network for, which then stands before the model's own;
    also a member of `trainable_views`."""

    @abstractmethod
    def form(self, train: bench.Inputs) -> dict[str, Any]:
        """What the network is built of, in values that JSON can hold; it is stored beside it.

        Args:
            train: the train split, for the width of its views.
        """

    @abstractmethod
    def build(self, form: Mapping[str, Any], stem: nn.Module | None) -> Network:
        """The network, with weights that are drawn.

        Args:
            form: what `form` gave, now or when the fit was made.
            stem: the network that an encoder brought for the view `stem_of`, if any.
        """

    def device_problem(self, device: str) -> str | None:
        """Why the GPU that is asked for cannot be used, if it cannot."""
        import torch

        count = torch.cuda.device_count()
        if device == "cpu" or int(device.partition(":")[2] or 0) < count:
            return None
        build = "" if torch.version.cuda else ", and this is a CPU build of torch"
        return f"torch sees {count} CUDA devices{build}"

    def fit(
        self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context
    ) -> FittedNetwork:
        """Train until the valid split's log loss no longer falls; keep the best epoch's weights.

        Raises:
            InputError: the train split has one class only, or the network cannot read the inputs.
            TypeError: what the network is built of cannot be stored.
            NotFiniteError: a gradient, or the log loss of the valid split, is not finite.
        """
        import numpy as np
        import torch

        from bench_networks.fitted import FittedNetwork
        from bench_networks.training import train as run

        if len(np.unique(train.y)) < 2:
            raise bench.InputError("the train sample has one class only")
        form = self._stored_form(train, context)
        with torch.random.fork_rng():
            torch.manual_seed(context.seed)
            network = self._built(form, context)
            network.learn(network.arrays(train))
            fitted = FittedNetwork(network.to(context.device), form, context.device)
            run(self, fitted, train, valid, context, name=self.name)
        return fitted

    def load(self, folder: Path, context: bench.Context) -> FittedNetwork:
        """The network as `FittedNetwork.save` wrote it.

        Raises:
            RequestError: there is no stem where the fit has one, or the other way round.
            DamagedError: a tensor is missing, is too many, or has another shape.
        """
        import torch

        from bench_networks.fitted import FittedNetwork, read_form

        form = read_form(folder)
        with torch.random.fork_rng():  # what is drawn here is overwritten
            network = self._built(form, context)
        return FittedNetwork.load(network, form, folder, context.device)

    def _stored_form(self, train: bench.Inputs, context: bench.Context) -> dict[str, Any]:
        """What the network is built of, as it is read again; refused before a long training."""
        try:
            written = json.dumps(self.form(train))
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{self.name}.form: wanted values that JSON can hold; {error}"
            ) from error
        form: dict[str, Any] = json.loads(written)
        return {**form, "has_stem": self.stem_of in context.view_modules}

    def _built(self, form: Mapping[str, Any], context: bench.Context) -> Network:
        """The network of a form, its weights drawn from torch's random numbers as they stand."""
        make_stem = context.view_modules.get(self.stem_of)
        if form["has_stem"] != (make_stem is not None):
            raise bench.RequestError(
                f"network of an encoder before the {self.stem_of}: the fit has one "
                f"{form['has_stem']}, given {not form['has_stem']}"
            )
        return self.build(form, make_stem() if make_stem else None)
