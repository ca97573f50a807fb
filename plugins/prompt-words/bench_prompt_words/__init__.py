"""The features in words in place of numbers: low, high, by the quantiles of the train split."""

from __future__ import annotations

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
        import numpy as np

        edges, wanted = learned["edges"], (len(table.columns), len(self.words) - 1)
        if edges.shape != wanted:
            raise bench.InputError(f"prompt-words learned edges {edges.shape}, wanted {wanted}")
        names = [column.name for column in table.columns]
        places = np.stack([_places(e, v) for e, v in zip(edges, table.x.T, strict=True)], axis=1)

        def say(name: str, place: float) -> str:
            return self.words[int(place)]

        # facts asks the flag of a second jet for its value, not for its word
        rows = np.where([name == "has_j2" for name in names], table.x, places).tolist()
        return {"texts": [bench.framed(bench.facts(names, row, say)) for row in rows]}


def _places(edges: NDArray[np.generic], values: NDArray[np.float32]) -> NDArray[np.intp]:
    """Which word is for each value; where edges coincide with it, the middle one of them."""
    import numpy as np

    values = values.astype(np.float64)
    left, right = (np.searchsorted(edges, values, side=side) for side in ("left", "right"))
    return (left + right) // 2


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The words."""
    return [WordsPrompt]
