"""Texts with one placeholder for each number, and the numbers beside them, scaled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ValuesPrompt(bench.Encoder):
    """Every feature by name, its number as one token whose embedding is scaled by the value.

    S. Golkar et al., xVal: A Continuous Number Encoding for Large Language Models, 2023.
    """

    name = "prompt-xval"
    produces = frozenset({"texts", "values"})

    limit: float = 5.0
    """Standard deviations from the mean of the train split at which a value ends."""

    def __post_init__(self) -> None:
        """Refuse what leaves no value."""
        if not self.limit > 0:
            raise ValueError(f"limit {self.limit}: wanted more than 0")

    def learn(self, train: bench.Table) -> Mapping[str, NDArray[np.generic]]:
        """`mean` and `spread`: (d,) float64, in the columns' units; a constant has spread 1."""
        mean, spread = train.x.mean(axis=0, dtype="float64"), train.x.std(axis=0, dtype="float64")
        spread[spread == 0] = 1.0
        return {"mean": mean, "spread": spread}

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, Sequence[str] | NDArray[np.float32]]:
        """`texts`: a prompt an event, and `values`: (n, k) float32, in the order of its text.

        Raises:
            InputError: not as many features as were learned of.
        """
        import numpy as np

        mean, spread = (np.asarray(learned[name], np.float64) for name in ("mean", "spread"))
        if len(mean) != len(table.columns):
            raise bench.InputError(
                f"prompt-xval learned of {len(mean)} features, got {len(table.columns)}"
            )
        scaled = ((table.x - mean) / spread).clip(-self.limit, self.limit)
        everything, _ = _with_placeholders(table.columns, [1.0] * len(table.columns))
        values = np.zeros((len(table), len(everything)), dtype=np.float32)
        texts = []
        for i, row in enumerate(table.x.tolist()):
            places, text = _with_placeholders(table.columns, row)
            values[i, : len(places)] = scaled[i, places]
            texts.append(text)
        return {"texts": texts, "values": values}


def _with_placeholders(
    columns: Sequence[bench.Column], row: Sequence[float]
) -> tuple[list[int], str]:
    """The columns whose numbers a text tells, in its order, and the text."""
    place = {column.name: i for i, column in enumerate(columns)}
    places = []

    def say(column: bench.Column, _: float) -> str:
        places.append(place[column.name])
        return bench.PLACEHOLDER

    text = bench.framed(bench.facts(columns, row, say))
    return places, text


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The values."""
    return [ValuesPrompt]
