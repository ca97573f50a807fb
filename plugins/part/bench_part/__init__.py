"""Particle Transformer on particles, by the package weaver-core."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_part.settings import Settings

if TYPE_CHECKING:
    from bench_part.fitted import FittedParT


@dataclass(frozen=True)
class ParT(Settings, bench.Model):
    """Particle Transformer on the constituents of both jets together, as weaver-core has it."""

    name = "part"
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

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedParT:
        """Train until the valid split's log loss no longer falls; keep the best epoch's weights."""
        from bench_part.training import train as run

        return run(self, train, valid, context)

    def load(self, folder: Path, context: bench.Context) -> FittedParT:
        """The network as `FittedParT.save` wrote it."""
        from bench_part.fitted import FittedParT

        return FittedParT.load(folder, context)


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """Particle Transformer."""
    return [ParT]
