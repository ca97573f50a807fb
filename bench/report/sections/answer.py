"""What leads on each set of events, and by how much, in a few words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.comparison.paired import Difference
from bench.metrics.format import figure, number
from bench.report.event_sets import Setting
from bench.report.tested import Tested, distinct

WORDS = 40
"""That an answer may take."""
NAMED = 3
"""Models that are named where they share the first place; of more the families are."""


def answer(tested: Tested) -> str:
    """What leads, what cannot be told from it, and the best of each other family."""
    leads = list(_leads(tested))
    first = next((text for text in leads if _fits(text)), _cut(leads[-1]))
    if distinct(tested.settings) == 1:
        return first
    return _filled(first, [_behind(tested), _alike(tested)])


def _leads(tested: Tested) -> Iterator[str]:
    """The first place in words, from the fullest form to the shortest."""
    best, leaders = tested.settings[0], tested.leaders
    area = f"AUC {figure(best.middle.metrics().estimates['auc'])}"
    if distinct(tested.settings) == 1:
        yield f"{_titles([best])} alone, {area}: there is nothing to compare it with."
        return
    alone = " (one seed)" if min(len(setting.runs) for setting in leaders) == 1 else ""
    if distinct(leaders) == 1:
        yield f"{_titles(leaders)} leads{alone}, {area}."
        yield f"{_titles(leaders[:1])} leads{alone}, {area}."
        return
    share = f"{distinct(leaders)} of {distinct(tested.settings)} models"
    if len(leaders) <= NAMED:
        yield f"No winner{alone}: {_titles(leaders)} share the first place; best {area}."
    families = list(dict.fromkeys(setting.family for setting in leaders))
    of = f" ({', '.join(families)})" if len(families) > 1 else ""
    yield f"No winner{alone}: {share} share the first place{of}; first {best.name}, {area}."
    yield f"No winner{alone}: {share} share the first place; best {area}."


def _behind(tested: Tested) -> tuple[str, list[str]]:
    """By how much less AUC the best of each other family has; of one family alone the next."""
    others = tested.best_of_others
    if others:
        return "Best of each other family, in AUC:", [_less(tested, one) for one in others]
    following = [setting for setting in tested.settings if setting not in tested.leaders]
    return "Next, in AUC:", [_less(tested, one) for one in following[:1]]


def _less(tested: Tested, setting: Setting) -> str:
    family = setting.family
    name = setting.name if family == setting.runs[0].record.plugin else f"{family}: {setting.name}"
    difference = tested.ahead(setting)
    assert difference is not None
    return f"{name} {less(difference, 3)}"


def less(difference: Difference, digits: int = 4) -> str:
    """How much less the second one has: `-0.016 [-0.021, -0.011]`."""
    ends = (-difference.value, -difference.high, -difference.low)
    value, low, high = (number(end + 0.0, digits) for end in ends)  # never -0
    return f"{value} [{low}, {high}]"


def _alike(tested: Tested) -> tuple[str, list[str]]:
    alike, models = len(tested.alike), distinct(tested.settings)
    every = models * (models - 1) // 2
    if not alike or models == 2:
        return "", []
    return "", [f"{alike} of {every} pairs cannot be told apart"]


def _filled(text: str, lists: Sequence[tuple[str, list[str]]]) -> str:
    """The text with as much of the lists behind it as there are words for."""
    for begin, parts in lists:
        for count in range(len(parts), 0, -1):
            more = f"; {len(parts) - count} more below" if count < len(parts) else ""
            longer = " ".join(filter(None, [text, begin, f"{'; '.join(parts[:count])}{more}."]))
            if _fits(longer):
                text = longer
                break
    return text


def _titles(settings: Sequence[Setting]) -> str:
    names = list(dict.fromkeys(setting.name for setting in settings))
    return f"{'; '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _fits(text: str) -> bool:
    return len(text.split()) <= WORDS


def _cut(text: str) -> str:
    return " ".join([*text.split()[: WORDS - 1], "…"])
