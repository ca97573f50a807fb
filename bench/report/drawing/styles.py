"""One colour, marker and line a model, the same in every figure of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bench.report.event_sets import Setting

Dashes: TypeAlias = "tuple[float, tuple[float, ...]]"
Marker: TypeAlias = "str | tuple[int, int, float]"

COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7"),
    *("#000000", "#882255", "#7a21dd", "#332288"),
)
"""Of the families: apart from each other, and from white, to every kind of colour vision.

Source: Okabe and Ito, Color Universal Design (2008), and Tol, SRON/EPS/TN/09-002 (2021).
"""
STARS: tuple[Marker, ...] = ((4, 1, 0), (6, 1, 0), (3, 1, 0), (3, 1, 180), (4, 1, 45))
"""Of so many points, by the angle that they are turned by."""
MARKERS: tuple[Marker, ...] = (
    *("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "d"),
    *(*STARS, "8", "H"),
)
"""The most unlike ones first; one of five points is for what was chosen among others."""
LINES: tuple[Dashes, ...] = (
    (0, ()),
    (0, (5, 1.5)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (6, 1.5, 1.2, 1.5, 1.2, 1.5)),
)
MEMBERS = len(MARKERS) * len(LINES)
"""Of a family until its styles begin anew: the numbers of markers and lines share no factor."""


@dataclass(frozen=True)
class Style:
    """How a model is drawn."""

    colour: str
    marker: Marker
    dashes: Dashes

    @property
    def line(self) -> dict[str, Any]:
        """Of a line without markers."""
        return {"color": self.colour, "linestyle": self.dashes}

    @property
    def point(self) -> dict[str, Any]:
        """Of a marker without a line."""
        return {"color": self.colour, "marker": self.marker, "linestyle": "none"}

    @property
    def both(self) -> dict[str, Any]:
        """Of a line with markers."""
        return {"color": self.colour, "linestyle": self.dashes, "marker": self.marker}


@dataclass(frozen=True)
class Styles:
    """The style of every model of a report."""

    by_key: Mapping[str, Style]
    ambiguous: frozenset[str] = frozenset()
    """Names that several settings on one set of events share, which their seeds tell apart."""

    @classmethod
    def of(cls, samples: Sequence[Sequence[Setting]], others: Sequence[Setting] = ()) -> Styles:
        """A colour for each family and a marker and a line for each member, as they appear.

        Args:
            samples: the settings on each set of events, the best one first. The best of any of
                them come first, so that they have the styles that are the most unlike.
            others: what else is drawn, such as fits on fewer events.
        """
        counts = [Counter(setting.name for setting in settings) for settings in samples]
        ambiguous = frozenset(name for one in counts for name, count in one.items() if count > 1)
        best: dict[str, int] = {}
        families: dict[str, str] = {}
        for settings in samples:
            for place, setting in enumerate(settings):
                key = _key(setting, ambiguous)
                best[key] = min(place, best.get(key, place))
                families.setdefault(key, setting.family)
        for setting in others:
            key = _key(setting, ambiguous)
            best.setdefault(key, len(best))
            families.setdefault(key, setting.family)
        members: Counter[int] = Counter()
        colours = {family: i for i, family in enumerate(dict.fromkeys(families.values()))}
        by_key = {}
        for key in sorted(best, key=lambda one: best[one]):
            colour = colours[families[key]] % len(COLOURS)
            member = members[colour]
            members[colour] += 1
            marker, dashes = MARKERS[member % len(MARKERS)], LINES[member % len(LINES)]
            by_key[key] = Style(COLOURS[colour], marker, dashes)
        return cls(by_key, ambiguous)

    def key(self, setting: Setting) -> str:
        """What a model is known by in all figures."""
        return _key(setting, self.ambiguous)

    def __getitem__(self, setting: Setting) -> Style:
        return self.by_key[self.key(setting)]


def _key(setting: Setting, ambiguous: frozenset[str]) -> str:
    return setting.title if setting.name in ambiguous else setting.name
