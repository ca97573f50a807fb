"""Fits without truth, by how much signal their data held, beside the fit that saw truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.report.event_sets import EventSet, Setting
from bench.report.learning import LearningCurve, points
from bench.storage.record import RunRecord
from bench.storage.store import Run
from bench.storage.weak import DATA

SIDES = ("against ", "sidebands ")
"""What words of a setting begin with that say what data are told from."""


@dataclass(frozen=True)
class Search:
    """One model over the numbers of signal events in its data."""

    curve: LearningCurve
    """Its seeds at each number of signal events; the largest one stands for it elsewhere."""
    supervised: Setting | None
    """The same model fitted by the truth, on the same region; None where there is none."""

    @property
    def title(self) -> str:
        """The model and its options, without what all of its fits share."""
        return self.curve.title


def searches(events: EventSet) -> list[Search]:
    """Those on a set of events, the one of the best AUC with most signal first."""
    fits: dict[str, dict[tuple[int, int], Run]] = {}
    by_truth: dict[str, Setting] = {}
    for setting in events.settings:
        for run in setting.runs:
            if run.record.weak:
                place = injected(run.record), run.record.seed
                fits.setdefault(run.record.search, {}).setdefault(place, run)
            else:
                by_truth.setdefault(run.record.search, setting)
    shared = events.settings[0].shared if events.settings else frozenset()
    every = []
    for name, runs in fits.items():
        by_signal = {n: replace(one, shared=shared) for n, one in points(runs).items()}
        plain = _without_truth(name)
        hidden = shared | {f"labels {DATA}", f"inject {max(by_signal)}"}
        title = replace(by_signal[max(by_signal)], shared=frozenset(hidden)).name
        every.append(Search(LearningCurve(title, by_signal), by_truth.get(plain)))
    places = {run.name: place for place, one in enumerate(events.settings) for run in one.runs}
    return sorted(every, key=lambda search: places[search.curve.largest.runs[0].name])


def without_less(events: EventSet, every: Sequence[Search]) -> EventSet:
    """The events without the fits on less signal than the most of their search."""
    most = {one.curve.largest.runs[0].record.search: max(one.curve.points) for one in every}

    def less(run: Run) -> bool:
        return run.record.weak and injected(run.record) < most[run.record.search]

    shown = [setting for setting in events.settings if not all(map(less, setting.runs))]
    return replace(events, settings=tuple(shown))


def injected(record: RunRecord) -> int:
    """How many signal events the data of a fit held, the train and the valid split together."""
    return sum(one.injected for one in (record.train, record.valid) if one)


def significance(record: RunRecord) -> float | None:
    """S / √B of the data of a fit, before any cut; None where it had no data."""
    parts = [one for one in (record.train, record.valid) if one and one.data]
    background = sum(one.data - one.injected for one in parts)
    return float(injected(record) / background**0.5) if background else None


def _without_truth(search: str) -> str:
    """What the same fit by the truth is called."""
    words = search.split(", ")
    return ", ".join(w for w in words if w != f"labels {DATA}" and not w.startswith(SIDES))
