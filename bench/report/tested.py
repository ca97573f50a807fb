"""Which settings on one set of events can be told apart, and what leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bench.comparison.groups import Pair, letters, pairs, scores_key
from bench.comparison.paired import Difference
from bench.report.event_sets import EventSet, Setting


@dataclass(frozen=True)
class Tested:
    """The settings on one set of events, all pairs of them, and the letters that follow."""

    events: EventSet
    pairs: list[Pair]
    marks: list[str]
    unsure: list[Pair]
    """Pairs that these events tell apart and the seeds do not."""

    @classmethod
    def of(cls, events: EventSet) -> Tested:
        """DeLong on the runs of median AUC; apart where no seeds overlap either."""
        settings = events.settings
        compared = pairs([setting.middle for setting in settings])
        separable = [pair for pair in compared if pair.separable]
        unsure = [p for p in separable if _unsure(settings[p.first], settings[p.second])]
        doubted = {(pair.first, pair.second) for pair in unsure}
        apart = [place for p in separable if (place := (p.first, p.second)) not in doubted]
        return cls(events, compared, letters(len(settings), apart), unsure)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """By AUC, the best one first."""
        return self.events.settings

    @cached_property
    def leaders(self) -> list[Setting]:
        """Those that share the first place."""
        return [setting for i, setting in enumerate(self.settings) if self.share(0, i)]

    @cached_property
    def best_of_others(self) -> list[Setting]:
        """The best setting of each family but that of the first one, the best one first."""
        first: dict[str, Setting] = {}
        for setting in self.settings:
            first.setdefault(setting.family, setting)
        return list(first.values())[1:]

    @cached_property
    def alike(self) -> list[Pair]:
        """Pairs of models that cannot be told apart; thresholds of one model are no pair."""
        places = range(len(self.settings))
        keys = [key(self.settings[place]) for place in places]
        return [
            pair
            for pair in self.pairs
            if keys[pair.first] != keys[pair.second] and self.share(pair.first, pair.second)
        ]

    def share(self, one: int, other: int) -> bool:
        """Whether two settings cannot be told apart."""
        return bool(set(self.marks[one]) & set(self.marks[other]))

    def ahead(self, setting: Setting) -> Difference | None:
        """How much larger the AUC of the best setting is; None for the best one itself."""
        return self._behind.get(self.settings.index(setting))

    @cached_property
    def _behind(self) -> dict[int, Difference]:
        return {pair.second: pair.difference for pair in self.pairs if pair.first == 0}


def key(setting: Setting) -> str:
    """The same for one model cut at several thresholds."""
    return scores_key(setting.middle)


def distinct(settings: Sequence[Setting]) -> int:
    """How many models there are, one at several thresholds being one."""
    return len({key(setting) for setting in settings})


def knows(setting: Setting) -> bool:
    """Whether it ranks better than chance."""
    low = setting.middle.metrics().estimates["auc"].low
    return low is not None and low > 0.5


def _unsure(one: Setting, other: Setting) -> bool:
    return max(len(one.runs), len(other.runs)) > 1 and one.overlaps(other)
