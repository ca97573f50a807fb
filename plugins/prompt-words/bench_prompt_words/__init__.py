"""`prompt-words`: each feature in a word, from very low to very high."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHARES = (0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99)
"""Quantiles of the train split at which one word ends and the next begins."""
WORDS = (
    "lowest",
    "very low",
    "low",
    "rather low",
    "below middle",
    "above middle",
    "rather high",
    "high",
    "very high",
    "highest",
)


@dataclass(frozen=True)
class WordsPrompt(bench.Encoder):
    """A prompt that says of each feature how high it is, in words and without a digit.

    A language model knows what high means and has to learn what 0.0831 means. What is lost is how
    far a value is into its word.
    """

    name = "prompt-words"
    produces = frozenset({"texts"})

    def learn(self, train: bench.Table) -> Mapping[str, NDArray[np.generic]]:
        """Where one word ends and the next begins: (d, 9), in each feature's unit."""
        import numpy as np

        return {"edges": np.quantile(train.x.astype(np.float64), SHARES, axis=0).T}

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, Sequence[str]]:
        """`texts`: a prompt an event; a feature that is constant in the train split is left out."""
        import numpy as np

        edges = learned["edges"]
        places = [
            np.searchsorted(row, column) for row, column in zip(edges, table.x.T, strict=True)
        ]
        varying = [i for i, row in enumerate(edges) if row[0] < row[-1]]
        names = [column.name for column in table.columns]
        return {
            "texts": [
                bench.framed(f"{names[i]} {WORDS[places[i][event]]}" for i in varying)
                for event in range(len(table))
            ]
        }


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The prompt of words."""
    return [WordsPrompt]
