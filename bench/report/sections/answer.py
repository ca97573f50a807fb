"""What leads on each set of events, and by how much, in a few words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.comparison.paired import Difference
from bench.metrics.format import figure, number
from bench.report.event_sets import Setting
from bench.report.sections.guarded import marked
from bench.report.tested import Tested, distinct

WORDS = 40
"""That an answer may take."""
NAMED = 3
"""Models that are named where they share the first place; more are counted."""


def answer(tested: Tested) -> str:
    """What leads, what cannot be told from it, and the best of each other family."""
    begin, parts = _behind(tested) if distinct(tested.settings) > 1 else ("", [])
    leads = list(_leads(tested))
    for count in range(len(parts), -1, -1):
        more = f"; {len(parts) - count} more below" if count < len(parts) else ""
        behind = f" {begin} {'; '.join(parts[:count])}{more}." if count else ""
        if text := next((f"{lead}{behind}" for lead in leads if _fits(f"{lead}{behind}")), ""):
            longer = f"{text}{_alike(tested)}"
            return longer if _fits(longer) else text
    return _cut(leads[-1])


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
    share = f"{distinct(leaders)} of {distinct(tested.settings)} models share the first place"
    if len(leaders) <= NAMED:
        yield f"No winner{alone}: {_titles(leaders)} share the first place; best {area}."
    yield f"No winner{alone}: {share}; first {_name(best)}, {area}."
    value = f"AUC {number(best.middle.metrics().estimates['auc'].value)}"
    few = f"{distinct(leaders)} of {distinct(tested.settings)} models"
    yield f"No winner{alone} among {few}; first {_name(best)}, {value}."
    yield f"No winner{alone} among {few}."


def _behind(tested: Tested) -> tuple[str, list[str]]:
    """By how much less AUC the best of each other family has; of one family alone the next."""
    others = tested.best_of_others
    if others:
        return "Best of each other family:", [_less(tested, one) for one in others]
    following = [setting for setting in tested.settings if setting not in tested.leaders]
    return "Next:", [_less(tested, one) for one in following[:1]]


def _less(tested: Tested, setting: Setting) -> str:
    difference = tested.ahead(setting)
    assert difference is not None
    tied = " (tied)" if setting in tested.leaders else ""
    return f"{_name(setting)} {less(difference, 3)}{tied}"


def less(difference: Difference, digits: int = 4) -> str:
    """How much less the second one has: `-0.016 [-0.021, -0.011]`."""
    ends = (-difference.value, -difference.high, -difference.low)
    value, low, high = (number(round(end, digits) + 0.0, digits) for end in ends)  # never -0.000
    return f"{value} [{low}, {high}]"


def _alike(tested: Tested) -> str:
    alike, models = len(tested.alike), distinct(tested.settings)
    if not alike or models <= 2:
        return ""
    return f" {alike} of {models * (models - 1) // 2} pairs cannot be told apart."


def _titles(settings: Sequence[Setting]) -> str:
    names = list(dict.fromkeys(map(_name, settings)))
    return f"{'; '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _name(setting: Setting) -> str:
    """With the mark of a guard's grave finding."""
    return marked(setting.name, [run.record for run in setting.runs]).text


def _fits(text: str) -> bool:
    return len(text.split()) <= WORDS


def _cut(text: str) -> str:
    return " ".join([*text.split()[: WORDS - 1], "…"])
