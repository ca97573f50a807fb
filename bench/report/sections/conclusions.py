"""What may be concluded of the settings on one set of events: which of them can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite

from bench.comparison.groups import LEVEL, Pair, letters, pairs, scores_key
from bench.comparison.paired import max_sic_difference
from bench.comparison.table import differences, drifted
from bench.metrics.format import DASH, number
from bench.report.blocks import Block, Cell, Heading, TableBlock, Text, counted, estimated, plain
from bench.report.event_sets import EventSet, Setting, Spread
from bench.report.sections.everything import FEW_SIGNAL
from bench.report.sections.guarded import marked

COLUMNS = {"auc": "AUC", "max_sic": "max SIC"}


def conclusions(events: EventSet) -> list[Block]:
    """A table of groups and what follows from it; of one setting alone its figures."""
    settings = events.settings
    tested = Tested.of(settings)
    seeded = any(len(setting.runs) > 1 for setting in settings)
    if len(settings) == 1:
        return [Heading(events.title), _table(events, tested, seeded)]
    sentences = [_groups(events, tested, seeded), _best(settings, tested), *_by_sic(settings)]
    sentences += _by_seeds(settings, tested)
    sentences += _by_threshold(settings, tested)
    if events.sample.signal < FEW_SIGNAL:
        few = events.sample.signal
        sentences.append(f"With {few} signal events hardly anything can be told apart.")
    return [
        Heading(events.title),
        _table(events, tested, seeded),
        Text(" ".join(filter(None, sentences))),
    ]


@dataclass(frozen=True)
class Tested:
    """All pairs of settings, and the letters that follow."""

    pairs: list[Pair]
    marks: list[str]
    unsure: list[Pair]
    """Pairs that these events tell apart and the seeds do not."""

    @classmethod
    def of(cls, settings: Sequence[Setting]) -> Tested:
        """DeLong on the runs of median AUC; apart where no seeds overlap either."""
        compared = pairs([setting.middle for setting in settings])
        separable = [pair for pair in compared if pair.separable]
        unsure = [p for p in separable if _unsure(settings[p.first], settings[p.second])]
        apart = [(p.first, p.second) for p in separable if p not in unsure]
        return cls(compared, letters(len(settings), apart), unsure)

    def share(self, one: int, other: int) -> bool:
        """Whether two settings cannot be told apart."""
        return bool(set(self.marks[one]) & set(self.marks[other]))


def _unsure(one: Setting, other: Setting) -> bool:
    return max(len(one.runs), len(other.runs)) > 1 and one.overlaps(other)


def _table(events: EventSet, tested: Tested, seeded: bool) -> TableBlock:
    several = len(events.settings) > 1
    headings = ["model"]
    for heading in COLUMNS.values():
        headings += [heading, f"{heading} over seeds"] if seeded else [heading]
    rows = []
    for setting, mark in zip(events.settings, tested.marks, strict=True):
        row = [marked(setting.title, [run.record for run in setting.runs])]
        row += [counted(len(setting.runs))] if seeded else []
        estimates = setting.middle.metrics().estimates
        for name in COLUMNS:
            row.append(estimated(estimates.get(name), marked=False))
            row += [over_seeds(setting.spread(name))] if seeded else []
        rows.append([*row, *([plain(mark)] if several else [])])
    headings = [*headings[:1], *(["seeds"] if seeded else []), *headings[1:]]
    headings += ["group"] if several else []
    return TableBlock(f"groups-{events.slug}", headings, rows)


def over_seeds(spread: Spread | None) -> Cell:
    """The median with the 16 to 84 % band; a dash for one seed alone."""
    if spread is None:
        return Cell(DASH)
    text = f"{number(spread.median)} ({number(spread.low)} to {number(spread.high)})"
    return Cell(text, spread.median, spread.low, spread.high)


def _groups(events: EventSet, tested: Tested, seeded: bool) -> str:
    sample, models = events.sample, _distinct(events.settings)
    if models == 1:
        return "One model's scores, cut at several thresholds."
    text = (
        f"Models that share a letter cannot be told apart by AUC on these {sample.signal} signal "
        f"and {sample.background} background events (DeLong's paired test, Holm over "
        f"{models * (models - 1) // 2} pairs)"
    )
    if not seeded:
        return f"{text}."
    return (
        f"{text}, or not by their seeds, whose AUC overlap. The figures are those of the run of "
        "median AUC with the 95 % interval that its events give; over seeds stands the median "
        "with the 16 to 84 % band, which is another uncertainty and never mixed with the first."
    )


def _best(settings: Sequence[Setting], tested: Tested) -> str:
    """The first in words, and what it would take to tell the second apart from it."""
    if _distinct(settings) == 1:
        return ""
    equal = [setting for i, setting in enumerate(settings) if tested.share(0, i)]
    if _distinct(equal) == 1:
        return f"Best: {' and '.join(setting.title for setting in equal)}."
    key = _key(settings[0])
    second = next(i for i, setting in enumerate(settings) if _key(setting) != key)
    closest = next(pair for pair in tested.pairs if (pair.first, pair.second) == (0, second))
    text = f"No winner: {_distinct(equal)} models share the first place."
    if closest.difference.needed is None or closest.separable:
        return text
    return f"{text} About {closest.difference.needed} signal events would tell the first two apart."


def _key(setting: Setting) -> str:
    return scores_key(setting.middle)


def _distinct(settings: Sequence[Setting]) -> int:
    """How many models there are, one at several thresholds being one."""
    return len({_key(setting) for setting in settings})


def _by_sic(settings: Sequence[Setting]) -> list[str]:
    """Whether another model than the first is better by max SIC, which AUC may hide."""

    def most(setting: Setting) -> float:
        return setting.middle.metrics().estimates["max_sic"].value or 0.0

    best = max(settings, key=most)
    if best is settings[0] or not _knows(best):
        return []
    difference = max_sic_difference(best.middle.scored(), settings[0].middle.scored())
    if not isfinite(difference.value):
        return []
    text = f"By max SIC {best.title} is first, {number(difference.value)} "
    text += f"[{number(difference.low)}, {number(difference.high)}] above {settings[0].title}"
    if not difference.p < LEVEL:
        return [f"{text}, which these events cannot tell from nought (paired bootstrap)."]
    return [
        f"{text} (paired bootstrap, p = {difference.p:.2g}): AUC hides what few background events "
        "show."
    ]


def _by_seeds(settings: Sequence[Setting], tested: Tested) -> list[str]:
    if not tested.unsure:
        return []
    named = "; ".join(
        f"{settings[pair.first].title} and {settings[pair.second].title}" for pair in tested.unsure
    )
    return [f"Apart on these events, but not by more than a change of seed: {named}."]


def _knows(setting: Setting) -> bool:
    """Whether it ranks better than chance."""
    low = setting.middle.metrics().estimates["auc"].low
    return low is not None and low > 0.5


def _by_threshold(settings: Sequence[Setting], tested: Tested) -> list[str]:
    """Pairs on one ROC whose decisions differ: another threshold, and nothing else."""
    drifting = []
    for i, j in combinations(range(len(settings)), 2):
        knowing = all(_knows(settings[place]) for place in (i, j))
        if not (tested.share(i, j) and knowing):
            continue
        paired = differences(settings[i].middle, settings[j].middle, quick=True)
        if drifted(paired, [difference.p for difference in paired]):
            drifting.append(f"{settings[i].title} and {settings[j].title}")
    if not drifting:
        return []
    return [
        "Their decisions differ, in opposite directions for signal and background, by threshold "
        f"drift along one and the same ROC, as far as these events can tell: {'; '.join(drifting)}."
    ]
