"""Events as text: one prompt for training and scoring alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEAD = "Signal or background?"
TAIL = "Answer:"
BARE = f"{HEAD} {TAIL}"
"""A prompt that says nothing of the event."""
NO_SECOND_JET = "no second jet"
FLAG = "has_j2"
OF_BOTH = ("dr_jj", "m_jj")
"""Columns that say nothing without a second jet."""


@dataclass(frozen=True)
class FeaturesPrompt(bench.Encoder):
    """The features by name and value, to a few significant digits."""

    name = "prompt-features"
    produces = frozenset({"texts"})

    digits: int = 3
    """Significant digits of each number."""

    def __post_init__(self) -> None:
        """Refuse digits that a float32 does not have."""
        if not 1 <= self.digits <= 9:
            raise ValueError(f"digits {self.digits}: wanted 1 to 9")

    def encode(
        self, table: bench.Table, learned: Mapping[str, NDArray[np.generic]]
    ) -> Mapping[str, Sequence[str]]:
        """`texts`: a prompt an event; a second jet that is not there is said in words."""
        names = [column.name for column in table.columns]
        return {"texts": [self._prompt(names, row) for row in table.x.tolist()]}

    def _prompt(self, names: Sequence[str], row: Sequence[float]) -> str:
        said = dict(zip(names, row, strict=True))
        alone = said.pop(FLAG, 1.0) == 0.0
        facts = _facts(said.items(), self.digits, alone=alone)
        return " ".join([HEAD, *facts, TAIL])


def _facts(items: Iterable[tuple[str, float]], digits: int, *, alone: bool) -> Iterator[str]:
    for name, value in items:
        if not (alone and (name.startswith("j2_") or name in OF_BOTH)):
            yield f"{name} {decimal(value, digits)}"
    if alone:
        yield NO_SECOND_JET


def decimal(value: float, digits: int) -> str:
    """A number to so many significant digits, never in powers of ten: `1310`, `-0.474`, `0`."""
    text = f"{value:.{digits}g}"
    if "e" not in text:
        return text
    return f"{float(text):.0f}" if abs(value) >= 1 else f"{float(text):.12f}".rstrip("0")


@bench.hookimpl
def bench_encoders() -> Iterable[type[bench.Encoder]]:
    """The prompts."""
    return [FeaturesPrompt]
