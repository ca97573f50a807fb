"""Learning curves: one model fitted on several numbers of events, scored on the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bench.metrics.ranking import AT_FLOOR
from bench.report.event_sets import EventSet, Setting
from bench.storage.record import RunRecord
from bench.storage.store import Run

Learner: TypeAlias = tuple[str, str]
"""A model with its options and controls, and what its events are drawn from."""


@dataclass(frozen=True)
class LearningCurve:
    """One model over the numbers of events that it was fitted on, two at least."""

    title: str
    points: Mapping[int, Setting]
    """Its seeds at each number of train events, from the fewest on."""
    chosen: int | None = None
    """The point that was chosen among all, where one was."""

    @property
    def largest(self) -> Setting:
        """The fits on most events, which stand for the model elsewhere."""
        return self.points[max(self.points)]


def learning_curves(events: EventSet) -> list[LearningCurve]:
    """Those that there are, the one with the best AUC on most events first."""
    fits: dict[Learner, dict[tuple[int, int], Run]] = {}
    for setting in events.settings:
        for run in setting.runs:
            if learner := learner_of(run.record):
                place = train_size(run.record), run.record.seed
                fits.setdefault(learner, {}).setdefault(place, run)
    shown = {one: runs for one, runs in fits.items() if len({size for size, _ in runs}) > 1}
    titles = [title for title, _ in shown]
    curves = [
        LearningCurve(title if titles.count(title) == 1 else f"{title}, {drawn_from}", points(runs))
        for (title, drawn_from), runs in shown.items()
    ]
    return sorted(curves, key=lambda curve: _rank(curve, events))


def points(fits: Mapping[tuple[int, int], Run]) -> dict[int, Setting]:
    """Fits by number of events and seed, as seeds at each number."""
    by_size: dict[int, list[Run]] = {}
    for (size, _), run in sorted(fits.items(), key=lambda fit: fit[0]):
        by_size.setdefault(size, []).append(run)
    return {size: Setting(tuple(runs)) for size, runs in by_size.items()}


def without_smaller(events: EventSet, curves: Sequence[LearningCurve]) -> EventSet:
    """The events without the fits on fewer events than the most of their curve."""
    sizes = {learner_of(curve.largest.runs[0].record): max(curve.points) for curve in curves}

    def smaller(run: Run) -> bool:
        return train_size(run.record) < sizes.get(learner_of(run.record), 0)

    shown = [setting for setting in events.settings if not all(map(smaller, setting.runs))]
    return replace(events, settings=tuple(shown))


def missing(runs: Sequence[Run], events: EventSet) -> list[Run]:
    """Runs on these events that a curve would hold, had they come to figures.

    Those that were done again, and well, are not missing.
    """
    done = {_fit(run) for setting in events.settings for run in setting.runs}
    here = [run for run in runs if _same_events(run, events) and learner_of(run.record)]
    sizes: dict[Learner | None, set[int]] = {}
    for run in here:
        sizes.setdefault(learner_of(run.record), set()).add(train_size(run.record))
    absent = {
        fit: run
        for run in sorted(here, key=lambda run: run.name)
        if len(sizes[learner_of(run.record)]) > 1 and (fit := _fit(run)) not in done
    }
    return sorted(absent.values(), key=lambda run: (run.record.learner, *_fit(run)[1:]))


def at_floor(setting: Setting) -> bool:
    """Whether the maximum SIC of any of its seeds stands at its floor."""
    estimates = (run.metrics().estimates.get("max_sic") for run in setting.runs)
    return any(estimate is not None and AT_FLOOR in estimate.note for estimate in estimates)


def learner_of(record: RunRecord) -> Learner | None:
    """What was fitted; None where that is not known."""
    train = record.train
    return (record.learner, f"{train.label} {train.ratio}") if train else None


def train_size(record: RunRecord) -> int:
    """How many events it was really fitted on."""
    return record.train.signal + record.train.background if record.train else 0


def _fit(run: Run) -> tuple[Learner | None, int, int]:
    return learner_of(run.record), train_size(run.record), run.record.seed


def _same_events(run: Run, events: EventSet) -> bool:
    return run.record.sample is not None and events.holds(run.record.sample)


def _rank(curve: LearningCurve, events: EventSet) -> int:
    """The place of its largest fits among all settings."""
    names = {run.name for run in curve.largest.runs}
    return next(
        place
        for place, setting in enumerate(events.settings)
        if any(run.name in names for run in setting.runs)
    )
