"""The features by name and value, the jets a line each: the diary's second prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench
from bench_llm.prompts.figures import SpokenNumbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class FeaturesPrompt(SpokenNumbers):
    """Every feature by name and value, to a few significant digits."""

    name = "prompt-features"

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, Sequence[str]]:
        """`texts`: a prompt an event; a second jet that is not there is said in words."""
        columns, precision = table.columns, self.precision

        def say(_: bench.Column, value: float) -> str:
            return precision.say(value)

        return {"texts": [bench.framed(bench.facts(columns, row, say)) for row in table.x.tolist()]}
