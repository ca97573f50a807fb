"""TabM on numbers, by the package of that name: many perceptrons in one, which share weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench_tabm.settings import Settings

if TYPE_CHECKING:
    from bench_tabm.fitted import FittedTabM


@dataclass(frozen=True)
class TabM(Settings, bench.Model):
    """An ensemble of perceptrons that share most weights, on the standardised features (TabM)."""

    name = "tabm"
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

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> FittedTabM:
        """Train until the valid split's log loss no longer falls; keep the best epoch's weights."""
        from bench_tabm.training import train as run

        return run(self, train, valid, context)

    def load(self, folder: Path, context: bench.Context) -> FittedTabM:
        """The network as `FittedTabM.save` wrote it."""
        from bench_tabm.fitted import FittedTabM

        return FittedTabM.load(folder, context)


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """TabM."""
    return [TabM]
