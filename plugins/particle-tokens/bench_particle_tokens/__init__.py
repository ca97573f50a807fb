"""Jets' constituents as numbers, behind a set network that the model trains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench_particle_tokens.network import SetNetwork


@dataclass(frozen=True)
class ParticleTokens(bench.Encoder):
    """The hardest constituents of both jets, pooled by a set network; `--set constituents=true`.

    The network is trained with the model that reads its vectors as numbers: `llm-token` puts them
    into tokens of its prompt, as many as its own option says. Pooling by attention of learned
    vectors: J. Lee et al., Set Transformer, ICML 2019.
    """

    name = "particle-tokens"
    produces = frozenset({"numbers"})
    trainable_views = frozenset({"numbers"})
    symmetries = frozenset({"phi rotation"})

    most: int = 16
    """Constituents of each jet, the hardest."""
    vectors: int = 4
    """Vectors that the network makes of an event."""
    width: int = 32
    """Numbers of each of them."""

    def __post_init__(self) -> None:
        """Refuse no particle and no vector."""
        if not (1 <= self.most <= 128 and 1 <= self.vectors <= 64 and 1 <= self.width <= 1024):
            raise ValueError("wanted 1 to 128 constituents, 1 to 64 vectors, a width of 1 to 1024")

    def learn(self, train: bench.Table) -> Mapping[str, NDArray[np.generic]]:
        """`mean` and `spread` of each number, by which the model scales them: (d,)."""
        import numpy as np

        numbers = self.encode(train, {})["numbers"]
        spread = numbers.std(axis=0, dtype=np.float64)
        return {
            "mean": numbers.mean(axis=0, dtype=np.float64),
            "spread": np.where(spread == 0, 1.0, spread),
        }

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, NDArray[np.float32]]:
        """`numbers`: (n, 2 most 4) float32: ln pt, eta and phi from the jet's axis, 1 if there.

        Raises:
            InputError: the particles of these events are not kept.
        """
        from bench_particle_tokens.constituents import hardest

        return {"numbers": hardest(table, self.most)}

    def view_module(self, view: str, learned: Mapping[str, NDArray[np.generic]]) -> SetNetwork:
        """(b, d) scaled numbers -> (b, vectors * width)."""
        from bench_particle_tokens.network import SetNetwork

        return SetNetwork(learned["mean"], learned["spread"], self.vectors, self.width)


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """Particles in front of a model of numbers."""
    return [ParticleTokens]
