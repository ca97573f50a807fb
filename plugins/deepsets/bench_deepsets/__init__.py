"""Deep sets on particles: a network for each particle, a sum, a network for the event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_deepsets.settings import Settings

if TYPE_CHECKING:
    from bench_deepsets.fitted import FittedDeepSets


@dataclass(frozen=True)
class DeepSets(Settings, bench.Model):
    """A particle-flow or energy-flow network on the constituents of jets.

    P. T. Komiske, E. M. Metodiev and J. Thaler, Energy Flow Networks, JHEP 01 (2019) 121.
    """

    name = "deepsets"
    reads = frozenset({"particles", "mask"})
    symmetries = frozenset({"particle order"})
    uses_device = True
    encoder = "particles"

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
    ) -> FittedDeepSets:
        """Train until the valid split's log loss no longer falls; keep the best epoch's weights."""
        from bench_deepsets.training import train as run

        return run(self, train, valid, context)

    def load(self, folder: Path, context: bench.Context) -> FittedDeepSets:
        """The network as `FittedDeepSets.save` wrote it."""
        from bench_deepsets.fitted import FittedDeepSets

        return FittedDeepSets.load(folder, context)


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """Deep sets."""
    return [DeepSets]
