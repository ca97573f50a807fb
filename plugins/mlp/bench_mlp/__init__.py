"""A multilayer perceptron on numbers, by torch: what a plain network makes of what trees read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_mlp.settings import Settings

if TYPE_CHECKING:
    from bench_mlp.fitted import FittedPerceptron


@dataclass(frozen=True)
class MultilayerPerceptron(Settings, bench.Model):
    """A multilayer perceptron on the standardised features (torch)."""

    name = "mlp"
    reads = frozenset({"numbers"})
    uses_device = True
    trainable_views = frozenset({"numbers"})
    encoder = "numbers"

    def device_problem(self, device: str) -> str | None:
        """Why torch has no such device."""
        import torch

        count = torch.cuda.device_count()
        if int(device.partition(":")[2] or 0) < count:
            return None
        build = "" if torch.version.cuda else ", and this is a CPU build of torch"
        return f"torch sees {count} CUDA devices{build}"

    def fit(
        self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context
    ) -> FittedPerceptron:
        """Train until the valid split's log loss no longer falls; keep the best epoch's weights."""
        from bench_mlp.training import train as run

        return run(self, train, valid, context)

    def load(self, folder: Path, context: bench.Context) -> FittedPerceptron:
        """The network as `FittedPerceptron.save` wrote it."""
        from bench_mlp.fitted import FittedPerceptron

        return FittedPerceptron.load(folder, context)


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """The perceptron."""
    return [MultilayerPerceptron]
