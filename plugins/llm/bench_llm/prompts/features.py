"""The features by name and value, the jets a line each: the diary's second prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench
from bench_llm.prompts.figures import Precision, SpokenNumbers
from bench_llm.prompts.frame import ABSENT, framed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

JET = re.compile(r"j(\d)_(\w+)")
"""A column that is said of one jet, and of which."""
FLAG = "has_j2"
OF_BOTH = ("dr_jj", "m_jj")
"""Columns that say nothing without a second jet."""


@dataclass(frozen=True)
class FeaturesPrompt(SpokenNumbers):
    """Every feature by name and value, to a few significant digits."""

    name = "prompt-features"

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, Sequence[str]]:
        """`texts`: a prompt an event; a second jet that is not there is said in words."""
        names = [column.name for column in table.columns]
        precision = self.precision
        return {"texts": [framed(_lines(names, row, precision)) for row in table.x.tolist()]}


def _lines(names: Sequence[str], row: Sequence[float], precision: Precision) -> Iterator[str]:
    said = dict(zip(names, row, strict=True))
    alone = said.pop(FLAG, 1.0) == 0.0
    jets: dict[str, list[str]] = {}
    event = []
    for name, value in said.items():
        if match := JET.fullmatch(name):
            jets.setdefault(match[1], []).append(f"{match[2]}={precision.say(value)}")
        elif not (alone and name in OF_BOTH):
            event.append(f"{name}={precision.say(value)}")
    for number, facts in jets.items():
        yield f"jet{number}: " + (ABSENT if alone and number == "2" else " ".join(facts))
    if event:
        yield " ".join(event)
