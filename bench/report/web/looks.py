"""The colour, marker and dashes of each model in the charts of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.report.event_sets import Setting

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#882255", "#7a21dd", "#332288")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "d")
DASHES = ((), (5, 1.5), (1.2, 1.2), (6, 1.5, 1.2, 1.5), (6, 1.5, 1.2, 1.5, 1.2, 1.5))
LIGHTER = ("#000000", "#882255", "#7a21dd", "#332288")
"""Colours that would not be seen on a dark page."""


@dataclass(frozen=True)
class Look:
    """How a model is drawn; no other model is drawn so."""

    colour: str
    marker: str
    """As matplotlib calls it."""
    dash: tuple[float, ...]
    """On and off, in widths of the line."""


def looks(settings: Sequence[Setting]) -> list[Look]:
    """A colour for each family, a marker and dashes for each of its members, in their order."""
    families = list(dict.fromkeys(setting.family for setting in settings))
    members: dict[int, int] = {}
    found = []
    for setting in settings:
        colour = families.index(setting.family) % len(COLOURS)
        member = members.get(colour, 0)
        members[colour] = member + 1
        marker, dash = MARKERS[member % len(MARKERS)], DASHES[member % len(DASHES)]
        found.append(Look(COLOURS[colour], marker, dash))
    return found


def on_dark() -> str:
    """The style by which lines of a dark colour are lighter on a dark page."""
    rules = (
        f':root.dark .charts [{what}="{colour}"] '
        f"{{ {what}: color-mix(in oklab, {colour}, white 65%) }}\n"
        for colour in LIGHTER
        for what in ("stroke", "fill")
    )
    return f"@media screen {{\n{''.join(rules)}}}\n"
