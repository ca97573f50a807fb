"""Attributions in words: which features, how much, high or low, and what they speak for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import bench
from bench_llm.explaining.words import GEV, SIDES, TEV, THOUSAND, Vocabulary, Way, unit_said
from bench_llm.prompts.figures import Precision

if TYPE_CHECKING:
    from numpy.random import Generator

T = TypeVar("T")
FEWEST, MOST = 2, 4
"""Features that are named."""
FRAMES = (
    "for {side}: {claims}",
    "like {side}: {claims}",
    "what points to {side}: {claims}",
    "{claims} speak for {side}",
    "{claims} point to {side}",
)
CONTRASTS = (
    "; against it: {claims}",
    "; for {side}: {claims}",
    "; but {claims} speak for {side}",
)
"""Behind the rest, what speaks for the other side."""
MIXED = 0.25
"""Share of the explanations whose features stand in any order, not the weightiest first."""
IN_TEV = 0.5
"""Share of the values of 1000 GeV and more that are said in TeV."""


@dataclass(frozen=True, eq=False)
class Writer:
    """Puts the attributions of events in words."""

    columns: Sequence[bench.Column]
    medians: Sequence[float]  # (d,), in the columns' units
    precision: Precision

    def write(self, row: Sequence[float], weights: Sequence[float], seed: Sequence[int]) -> str:
        """Why an event looks as it does.

        Args:
            row: (d,), its features.
            weights: (d,), how far each of them moves the log odds towards signal.
            seed: of the choice among phrasings, the same for the same event.
        """
        import numpy as np

        rng = np.random.default_rng(seed)
        named, side = self._named(row, weights, int(rng.integers(FEWEST, MOST + 1)))
        if rng.random() < MIXED:
            named = [named[i] for i in rng.permutation(len(named))]
        main = [i for i in named if (weights[i] >= 0) == side]
        other = [i for i in named if (weights[i] >= 0) != side]
        text = self._group(_one(FRAMES, rng), main, row, side, rng)
        if other:
            text += self._group(_one(CONTRASTS, rng), other, row, not side, rng)
        return text + "."

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What may be said."""
        return Vocabulary(self.columns)

    @cached_property
    def _ways(self) -> list[list[Way]]:
        return [self.vocabulary.ways(column) for column in self.columns]

    @cached_property
    def _needed(self) -> list[int | None]:
        """Of each column the place of the flag that it needs, if any."""
        at = {column.name: i for i, column in enumerate(self.columns)}
        return [at.get(column.needs) for column in self.columns]

    @cached_property
    def _flags(self) -> frozenset[int | None]:
        return frozenset(self._needed) - {None}

    def _named(
        self, row: Sequence[float], weights: Sequence[float], count: int
    ) -> tuple[list[int], bool]:
        """The weightiest features that say something, and whether all together favour signal.

        One of that side is always among them.
        """
        able = [
            i
            for i, flag in enumerate(self._needed)
            if i not in self._flags and (flag is None or row[flag])
        ]
        order = sorted(able, key=lambda i: -abs(weights[i]))
        side = sum(weights[i] for i in able) >= 0
        named = order[:count]
        if all((weights[i] >= 0) != side for i in named):
            named[-1] = next((i for i in order if (weights[i] >= 0) == side), named[-1])
        if all((weights[i] >= 0) != side for i in named):
            side = not side
        return named, side

    def _group(
        self,
        frame: str,
        group: Sequence[int],
        row: Sequence[float],
        side: bool,
        rng: Generator,
    ) -> str:
        claims = [self._claim(i, row[i], rng) for i in group]
        said = claims[0] if len(claims) == 1 else f"{', '.join(claims[:-1])} and {claims[-1]}"
        if len(claims) == 1:
            frame = frame.replace("speak", "speaks").replace("} point ", "} points ")
        return frame.format(claims=said, side=SIDES[side])

    def _claim(self, i: int, value: float, rng: Generator) -> str:
        way = _one(self._ways[i], rng)
        adjectives = way.form.high if value > self.medians[i] else way.form.low
        number = self._value(self.columns[i], value, rng)
        return way.form.template.format(**way.words, a=_one(adjectives, rng), v=number)

    def _value(self, column: bench.Column, value: float, rng: Generator) -> str:
        unit = unit_said(column)
        if unit == GEV and abs(value) >= THOUSAND and rng.random() < IN_TEV:
            return f"{self.precision.say(value / THOUSAND)} {TEV}"
        return f"{self.precision.say(value)} {unit}".rstrip()


def _one(choices: Sequence[T], rng: Generator) -> T:
    return choices[int(rng.integers(len(choices)))]
