"""Scores drawn at random: what a model is worth that has learned nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "seed.txt"


@dataclass(frozen=True)
class Random(bench.Model):
    """A uniform score that depends on the seed and on the event's id alone."""

    name = "random"
    reads = frozenset({"numbers"})
    encoder = "numbers"
    depends_on = frozenset()

    def fit(self, train: bench.Inputs, valid: bench.Inputs, context: bench.Context) -> RandomScores:
        """There is nothing to fit but the seed."""
        return RandomScores(context.seed)

    def load(self, folder: Path, context: bench.Context) -> RandomScores:
        """The seed."""
        return RandomScores(int((folder / FILE).read_text(encoding="ascii")))


@dataclass(frozen=True)
class RandomScores:
    """Random scores of a seed."""

    seed: int

    def score(self, inputs: bench.Inputs) -> NDArray[np.float64]:
        """Uniform in [0, 1): (n,); the same for an event whatever else is scored."""
        import numpy as np

        drawn = mixed(inputs.ids ^ mixed(np.array([self.seed], dtype=np.uint64)))
        return np.asarray((drawn >> np.uint64(11)).astype(np.float64) / 2.0**53)

    def save(self, folder: Path) -> None:
        """The seed as a line of text."""
        (folder / FILE).write_text(f"{self.seed}\n", encoding="ascii")


def mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Bits well mixed: (n,).

    Source: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, p. 453).
    """
    import numpy as np

    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


@bench.hookimpl
def bench_models() -> Iterable[type[bench.Model]]:
    """Chance."""
    return [Random]
