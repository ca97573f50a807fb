"""What may be concluded of the settings on one set of events: which of them can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

from bench.comparison.comparable import quick_beside_full
from bench.comparison.groups import LEVEL
from bench.comparison.paired import max_sic_difference, opposed
from bench.comparison.table import differences, drifted
from bench.metrics.floors import Floor, sic_title
from bench.metrics.format import DASH, number
from bench.report.blocks import (
    Block,
    Cell,
    Folded,
    Heading,
    Picture,
    TableBlock,
    Text,
    counted,
    estimated,
    plain,
)
from bench.report.drawing.subject import MOST
from bench.report.event_sets import EventSet, Setting, Spread
from bench.report.published import hidden, over_the_most, published_rows
from bench.report.sections.answer import less
from bench.report.sections.everything import FEW_SIGNAL
from bench.report.sections.guarded import marked
from bench.report.sections.words import EXPLAINED
from bench.report.tested import Tested, distinct, key, knows

FIGURES = ("auc", "max_sic")
BEHIND, GROUP = "AUC from the best", "group"


def conclusions(tested: Tested, pictures: Sequence[Picture] = ()) -> list[Block]:
    """A table of groups and what follows from it; of one setting alone its figures.

    Args:
        tested: the settings and their pairs.
        pictures: the matrix of pairs; those that seeds alone leave open are listed without it.
    """
    events, settings = tested.events, tested.settings
    seeded = any(len(setting.runs) > 1 for setting in settings)
    blocks: list[Block] = [Heading(events.heading, brief=events.brief), _table(tested)]
    if len(settings) > 1:
        sentences = [_groups(tested, seeded), *_best(tested), *_by_sic(events)]
        if events.sample.signal < FEW_SIGNAL:
            few = events.sample.signal
            sentences.append(f"With {few} signal events hardly anything can be told apart.")
        every = [run for setting in settings for run in setting.runs]
        sentences += filter(None, [quick_beside_full(every), hidden(events)])
        blocks.append(Text(" ".join(sentences)))
    elif left_out := hidden(events):
        blocks.append(Text(left_out))
    blocks += [*pictures, *([_seeds(events)] if seeded else [])]
    listed = _by_seeds(tested, MOST if pictures else 0)
    return [*blocks, *listed, *_by_threshold(tested), EXPLAINED]


def _table(tested: Tested) -> TableBlock:
    """Five columns; of one setting alone the first three."""
    several = len(tested.settings) > 1
    floor, rows = tested.events.floor, []
    for setting, mark in zip(tested.settings, tested.marks, strict=True):
        estimates = setting.middle.metrics().estimates
        row = [marked(setting.title, [run.record for run in setting.runs])]
        auc, sic = (estimated(estimates.get(name), marked=False) for name in FIGURES)
        row += [auc, _flagged(sic, over_the_most(setting, floor))]
        rows.append([*row, *([_behind(tested, setting), plain(mark)] if several else [])])
    headings = ["model", *_titles(floor), *([BEHIND, GROUP] if several else [])]
    rows += published_rows(tested.events, FIGURES, len(headings))
    return TableBlock(f"groups-{tested.events.slug}", headings, rows)


def _flagged(cell: Cell, flag: str) -> Cell:
    """A figure that is above what its floor can show of these events, with a footnote."""
    return replace(cell, note=flag, marked=True) if flag else cell


def _titles(floor: Floor) -> list[str]:
    return ["AUC", sic_title(floor)]


def _behind(tested: Tested, setting: Setting) -> Cell:
    """The paired difference from the best one; of that itself a word."""
    difference = tested.ahead(setting)
    if difference is None:
        return Cell("best", 0.0)
    return Cell(less(difference), -difference.value, -difference.high, -difference.low)


def _seeds(events: EventSet) -> Folded:
    """What another seed changes, a row a model."""
    headings = ["model", "seeds", *(f"{heading} over seeds" for heading in _titles(events.floor))]
    rows = [
        [
            plain(setting.title),
            counted(len(setting.runs)),
            *(over_seeds(setting.spread(name)) for name in FIGURES),
        ]
        for setting in events.settings
    ]
    about = Text(
        "Over seeds stands the median with the 16 to 84 % band, which is another uncertainty than "
        "the 95 % interval that the events give, and never mixed with it."
    )
    return Folded("Over seeds", [TableBlock(f"seeds-{events.slug}", headings, rows), about])


def over_seeds(spread: Spread | None) -> Cell:
    """The median with the 16 to 84 % band; a dash for one seed alone."""
    if spread is None:
        return Cell(DASH)
    text = f"{number(spread.median)} ({number(spread.low)} to {number(spread.high)})"
    return Cell(text, spread.median, spread.low, spread.high)


def _groups(tested: Tested, seeded: bool) -> str:
    sample, models = tested.events.sample, distinct(tested.settings)
    if models == 1:
        return "One model's scores, cut at several thresholds."
    text = (
        f"Models that share a letter cannot be told apart by AUC on these {sample.signal} signal "
        f"and {sample.background} background events (DeLong's paired test, Holm over "
        f"{models * (models - 1) // 2} pairs)"
    )
    if not seeded:
        return f"{text}."
    return f"{text}, or their seeds overlap. The figures are those of the seed of median AUC."


def _best(tested: Tested) -> list[str]:
    """The first in words, and what it would take to tell the second apart from it."""
    settings, leaders = tested.settings, tested.leaders
    if distinct(settings) == 1:
        return []
    others = [setting for setting in settings if setting not in leaders]
    single = min(len(setting.runs) for setting in [*leaders, *others[:1]]) == 1
    caution = ["One seed does not make a winner: another may turn the order round."] * single
    if distinct(leaders) == 1:
        return [f"Best: {' and '.join(setting.title for setting in leaders)}.", *caution]
    second = next(i for i, setting in enumerate(settings) if key(setting) != key(settings[0]))
    closest = next(pair for pair in tested.pairs if (pair.first, pair.second) == (0, second))
    text = [f"No winner: {distinct(leaders)} models share the first place."]
    if closest.difference.needed is None or closest.separable:
        return text
    events = closest.difference.signal_events
    return [*text, f"About {events} signal events would tell the first two apart."]


def _by_sic(events: EventSet) -> list[str]:
    """Whether another model than the first is better by max SIC, which AUC may hide."""

    def most(setting: Setting) -> float:
        return setting.middle.metrics().estimates["max_sic"].value or 0.0

    settings, floor = events.settings, events.floor
    best = max(settings, key=most)
    if best is settings[0] or not knows(best):
        return []
    difference = max_sic_difference(best.middle.scored(), settings[0].middle.scored(), floor)
    if not isfinite(difference.value):
        return []
    text = f"By {sic_title(floor)} {best.title} is first, {number(difference.value)} "
    text += f"[{number(difference.low)}, {number(difference.high)}] above {settings[0].title}"
    if not difference.p < LEVEL:
        return [f"{text}, which these events cannot tell from nought (paired bootstrap)."]
    return [
        f"{text} (paired bootstrap, p = {difference.p:.2g}): AUC hides what few background events "
        "show."
    ]


def _by_seeds(tested: Tested, drawn: int) -> list[Block]:
    """Pairs that the events tell apart and the seeds do not, but those of the models drawn."""
    pairs = [(p.first, p.second) for p in tested.unsure if max(p.first, p.second) >= drawn]
    return _listed("Apart on these events, but not by more than a change of seed", tested, pairs)


def _by_threshold(tested: Tested) -> list[Block]:
    """Pairs on one ROC whose decisions differ: another threshold, and nothing else."""
    settings, drifting = tested.settings, []
    for i, j in sorted(opposed([setting.middle.scored() for setting in settings])):
        knowing = all(knows(settings[place]) for place in (i, j))
        if not (tested.share(i, j) and knowing):
            continue
        paired = differences(settings[i].middle, settings[j].middle, quick=True)
        if drifted(paired, [difference.p for difference in paired]):
            drifting.append((i, j))
    summary = (
        "Threshold drift along one ROC, as far as these events can tell: decisions that differ in "
        "opposite directions for signal and background"
    )
    return _listed(summary, tested, drifting)


def _listed(summary: str, tested: Tested, pairs: Sequence[tuple[int, int]]) -> list[Block]:
    """Pairs, a line each, for who asks for them."""
    if not pairs:
        return []
    titles = [setting.title for setting in tested.settings]
    lines = "\n".join(f"{titles[one]} and {titles[other]}" for one, other in pairs)
    counted_pairs = f"{len(pairs)} pair{'' if len(pairs) == 1 else 's'}"
    return [Folded(f"{summary} ({counted_pairs})", [Text(lines, verbatim=True)])]
