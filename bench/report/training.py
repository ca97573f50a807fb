"""Over a training: one fit scored with its weights at several looks at the valid split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bench.api.errors import DamagedError
from bench.report.event_sets import EventSet, Setting
from bench.report.learning import LearningCurve
from bench.storage.record import RunRecord
from bench.storage.request import BEST, LOOK
from bench.storage.store import Run

LAST = "last"
VALID_AUC, EVENTS = "valid_auc", "events"
"""What a model logs when it looks at the valid split: AUC there, and events seen so far."""
FitKey: TypeAlias = tuple[str, str | None]
"""A model with its options and controls and its seed; and its fit's folder."""


@dataclass(frozen=True)
class Look:
    """A fit as it was when it looked at the valid split."""

    number: int
    """Its place among the looks, from 1 on."""
    events: int | None
    """Seen so far; None where the training did not say."""
    valid_auc: float | None
    best: bool
    """Whether the valid split was best here, so that it is this one which scores by default."""
    run: Run


@dataclass(frozen=True)
class Trained:
    """One fit at the looks that were scored on the same events, two at least."""

    title: str
    looks: Sequence[Look]
    """By their number."""

    @property
    def setting(self) -> Setting:
        """The look that stands for the fit: that which the valid split was best at, or the last."""
        best = [look for look in self.looks if look.best]
        return Setting(((best or self.looks[-1:])[0].run,))

    def curve(self, *, by_events: bool) -> LearningCurve:
        """Its figures by the events seen, or by the look's number."""
        places = {(look.events or 0) if by_events else look.number: look for look in self.looks}
        chosen = [place for place, look in places.items() if look.best]
        points = {place: Setting((look.run,)) for place, look in places.items()}
        return LearningCurve(self.title, points, chosen[0] if chosen else None)


def over_trainings(events: EventSet) -> list[Trained]:
    """Those that there are, by their titles."""
    fits: dict[FitKey, dict[int, Look]] = {}
    for run in sorted(_runs(events), key=lambda run: run.name):
        if look := _look(run):
            fits.setdefault(_fit(run.record), {})[look.number] = look
    titles = [title for title, _ in fits]
    return [
        Trained(
            title if titles.count(title) == 1 else f"{title}, fit {str(fit)[:8]}",
            [looks[number] for number in sorted(looks)],
        )
        for (title, fit), looks in sorted(fits.items(), key=lambda one: one[0][0])
        if len(looks) > 1
    ]


def events_known(trainings: Sequence[Trained]) -> bool:
    """Whether every training says how many events it had seen at each look."""
    return all(look.events is not None for one in trainings for look in one.looks)


def without_other_looks(events: EventSet, trainings: Sequence[Trained]) -> EventSet:
    """The events without the looks that nobody chose, where the chosen one was scored as well.

    To tell looks apart on test events would be to choose among them there.
    """
    fits = {_fit(look.run.record) for one in trainings for look in one.looks}
    chosen = {_fit(run.record) for run in _runs(events) if asked_look(run.record) == BEST}

    def other(run: Run) -> bool:
        return asked_look(run.record) not in (None, BEST) and _fit(run.record) in fits & chosen

    shown = [setting for setting in events.settings if not all(map(other, setting.runs))]
    return replace(events, settings=tuple(shown))


def asked_look(record: RunRecord) -> str | None:
    """Which look a run scored: `best`, `last` or a number; None of a model without looks."""
    look = record.model.options.get(LOOK) if record.model else None
    return None if look is None else str(look)


def _look(run: Run) -> Look | None:
    """What a run scored; None where that cannot be placed among the looks."""
    asked = asked_look(run.record)
    if asked is None:
        return None
    rows = _rows(run)
    aucs = [row[VALID_AUC] or 0.0 for row in rows]
    best = aucs.index(max(aucs)) + 1 if aucs else None
    number = {BEST: best, LAST: len(rows) or None}.get(
        asked, int(asked) if asked.isdecimal() else None
    )
    if number is None:
        return None
    row = rows[number - 1] if number <= len(rows) else {}
    seen, auc = row.get(EVENTS), row.get(VALID_AUC)
    return Look(number, None if seen is None else int(seen), auc, number == best, run)


def _rows(run: Run) -> list[Mapping[str, float | None]]:
    """What the training logged at each look."""
    try:
        return [row for row in run.history() if VALID_AUC in row]
    except DamagedError:
        return []


def _fit(record: RunRecord) -> FitKey:
    return f"{record.trained}, seed {record.seed}", record.fit


def _runs(events: EventSet) -> list[Run]:
    return [run for setting in events.settings for run in setting.runs]
