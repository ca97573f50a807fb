"""What the figures of one set of events show: its best models, each in its own style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bench.report.drawing.bands import Bands
from bench.report.drawing.layout import Frame, key_lines
from bench.report.drawing.sheet import labels
from bench.report.drawing.styles import Style, Styles
from bench.report.event_sets import EventSet, Setting

MOST = 18
"""Models that a figure shows; the best ones."""
OVERLAPPING = 6
"""Curves in a panel; more have panels of their own."""


@dataclass(frozen=True, eq=False)
class Subject:
    """The models of one set of events that are drawn, and how."""

    events: EventSet
    settings: tuple[Setting, ...]
    """The best one first."""
    styles: Styles

    @classmethod
    def of(cls, events: EventSet, styles: Styles | None = None) -> Subject:
        """The best models on these events; in styles of their own if none are given."""
        known = styles or Styles.of([events.settings])
        return cls(events, events.settings[:MOST], known)

    @property
    def absent(self) -> tuple[Setting, ...]:
        """Those that there was no room for."""
        return self.events.settings[len(self.settings) :]

    @cached_property
    def _labels(self) -> dict[str, str]:
        keys = [self.styles.key(setting) for setting in self.settings]
        return dict(zip(keys, labels(keys), strict=True))

    def label(self, setting: Setting) -> str:
        """What a figure calls a model."""
        return self._labels[self.styles.key(setting)]

    def style(self, setting: Setting) -> Style:
        """How a figure draws a model."""
        return self.styles[setting]

    def lines(self, among: Sequence[Setting], frame: Frame, *more: str) -> int:
        """The lines of a key of these models, and of what else is in a panel."""
        return key_lines([*more, *map(self.label, among)], frame.width)

    def titles(self, settings: Sequence[Setting]) -> list[str]:
        """The whole names of models."""
        return [self.styles.key(setting) for setting in settings]

    @cached_property
    def bands(self) -> dict[str, Bands]:
        """ROC and SIC of each model, by its label."""
        return {
            self.label(setting): Bands.of(setting, self.events.floor) for setting in self.settings
        }

    def panels(self, among: Sequence[Setting] | None = None) -> list[list[Setting]]:
        """The models in panels of at most six, those of a family together as far as they can be.

        Args:
            among: some of the models; all by default.
        """
        settings = self.settings if among is None else among
        families: dict[str, list[Setting]] = {}
        for setting in settings:
            families.setdefault(setting.family, []).append(setting)
        panels: list[list[Setting]] = []
        for members in families.values():
            for start in range(0, len(members), OVERLAPPING - 1):
                part = members[start : start + OVERLAPPING - 1]
                # each has room for the first model of all beside its own
                free = (
                    panel
                    for place, panel in enumerate(panels)
                    if len(panel) + len(part) <= OVERLAPPING - (place > 0)
                )
                if (panel := next(free, None)) is None:
                    panels.append(part)
                else:
                    panel += part
        order = {id(setting): place for place, setting in enumerate(settings)}
        return [sorted(panel, key=lambda one: order[id(one)]) for panel in panels]
