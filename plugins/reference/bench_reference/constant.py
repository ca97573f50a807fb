"""Calls every event background: what accuracy rewards where signal is rare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class AlwaysBackground(bench.Model):
    """A score of 0 for every event."""

    name = "always-background"
    reads = frozenset({"numbers"})
    encoder = "numbers"
    depends_on = frozenset()

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> Constant:
        """There is nothing to fit."""
        return Constant()

    def load(self, folder: Path, context: bench.Context) -> Constant:
        """There is nothing to load."""
        return Constant()


@dataclass(frozen=True)
class Constant:
    """The score of no signal at all."""

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """Zeros: (n,)."""
        import numpy as np

        return np.zeros(len(inputs))

    def save(self, folder: Path) -> None:
        """There is nothing to save."""


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """The constant."""
    return [AlwaysBackground]
