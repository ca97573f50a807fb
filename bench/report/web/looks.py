"""The colour and the dashes of each model in the charts of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.report.event_sets import Setting

COLOURS = (
    *("#1f77b4", "#d95f02", "#2a9d5c", "#c2338b", "#8a63d2"),
    *("#a6761d", "#0f9bb0", "#e0433c", "#7d8a00", "#7f7f7f"),
)
"""Ten hues that are seen on white and on black."""
DASHES = ((), (6, 3), (2, 2), (8, 2, 2, 2))


@dataclass(frozen=True)
class Look:
    """How a model's lines are drawn; no other model's are drawn so."""

    colour: str
    dash: tuple[int, ...]


def looks(settings: Sequence[Setting]) -> list[Look]:
    """A look for each setting, in their order."""
    count = len(COLOURS)
    return [
        Look(COLOURS[place % count], DASHES[place // count % len(DASHES)])
        for place in range(len(settings))
    ]
