"""What is to be said of an event behind its answer: computed attributions, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench
from bench_llm.explaining.grammar import Writer
from bench_llm.prompts.figures import Precision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VIEW, MEDIANS = "explanations", "medians"


@dataclass(frozen=True)
class Explanations(bench.Encoder):
    """Why trees on the same events and features take an event for signal or background, in words.

    The features with the largest TreeSHAP contributions, with their values; high or low is against
    the background's median in the train split. The trees of an event were fitted without it and a
    third of the others, so that nothing is said that they remember of it. No model reads this: a
    language model with `explain` above 0 learns to say it.
    """

    name = "explanations"
    produces = frozenset({VIEW})

    digits: int = 3
    """Significant digits of each number."""
    trees: int = 150
    """Trees of each fold, of three levels each."""
    phrasings: int = 4
    """How many texts are learned of an event, which say it in other words; each is learned once."""

    def __post_init__(self) -> None:
        """Refuse digits that no float32 has, no trees, and no texts."""
        Precision(self.digits)
        for name in ("trees", "phrasings"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)}: wanted at least 1")

    def learn(self, train: bench.Table) -> Mapping[str, NDArray[np.generic]]:
        """The trees of each fold, and the background's medians.

        Raises:
            RequestError: xgboost is not installed.
        """
        import numpy as np

        from bench_llm.explaining.attributions import Forest

        background = train.x[train.y == 0] if (train.y == 0).any() else train.x
        return {
            **Forest(self.trees).learn(train),
            MEDIANS: np.median(background.astype(np.float64), axis=0),
        }

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, Sequence[str]]:
        """`explanations`: a line for each way to say it of an event; words follow from its id."""
        from bench_llm.explaining.attributions import contributions

        writer = Writer(table.columns, learned[MEDIANS].tolist(), Precision(self.digits))
        moved = contributions(table, learned)
        rows = zip(table.x.tolist(), moved.tolist(), table.ids.tolist(), strict=True)
        return {
            VIEW: [
                "\n".join(writer.write(row, weights, [seed, way]) for way in range(self.phrasings))
                for row, weights, seed in rows
            ]
        }


def phrasings(text: str) -> list[str]:
    """The texts of an event, each of which says it."""
    return text.splitlines()
