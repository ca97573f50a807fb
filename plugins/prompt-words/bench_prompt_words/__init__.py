"""The features in words in place of numbers: low, high, by the quantiles of the train split."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class WordsPrompt(bench.Encoder):
    """Every feature by name and a word for how large it is, the jets a line each."""

    name = "prompt-words"
    produces = frozenset({"texts"})

    words: tuple[str, ...] = (
        "lowest",
        "very low",
        "low",
        "medium",
        "high",
        "very high",
        "highest",
    )
    """What is said from the lowest to the highest values; as many train events for each."""

    def __post_init__(self) -> None:
        """Refuse words that do not tell values apart, or that break a line."""
        if len(set(self.words)) < max(2, len(self.words)):
            raise ValueError(f"words {', '.join(self.words)}: wanted two or more, all different")
        if bad := [word for word in self.words if not word.strip() or not word.isprintable()]:
            raise ValueError(f"words: {bad[0]!r} is no word")

    def learn(self, train: bench.Table) -> Mapping[str, NDArray[np.generic]]:
        """`edges`: (d, words - 1) float64, the values between two words, in the columns' units."""
        import numpy as np

        shares = np.linspace(0, 1, len(self.words) + 1)[1:-1]
        return {"edges": np.quantile(train.x.astype(np.float64), shares, axis=0).T}

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, Sequence[str]]:
        """`texts`: a prompt an event.

        Raises:
            InputError: other features or words than were learned of.
        """
        edges, wanted = learned["edges"], (len(table.columns), len(self.words) - 1)
        if edges.shape != wanted:
            raise bench.InputError(f"prompt-words learned edges {edges.shape}, wanted {wanted}")
        names = [column.name for column in table.columns]
        between = dict(zip(names, edges.tolist(), strict=True))

        def say(name: str, value: float) -> str:
            # a value that several edges coincide with has the middle one of their words
            left, right = bisect_left(between[name], value), bisect_right(between[name], value)
            return self.words[(left + right) // 2]

        return {"texts": [bench.framed(bench.facts(names, row, say)) for row in table.x.tolist()]}


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The words."""
    return [WordsPrompt]
