"""Runs put in order: by the set of events they were scored on, and by setting over its seeds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from bench.api.errors import DamagedError
from bench.comparison.floored import floor_of
from bench.metrics.floors import Floor
from bench.report.samples import briefs, event_mark, in_words
from bench.storage.record import SampleRecord
from bench.storage.store import Run

OURS = "bench-"
"""What the names of packages of plugins begin with, as a habit."""
BETWEEN = ", "
"""Stands between the parts of a setting's name."""
Events: TypeAlias = tuple[str, str, str]
"""A dataset with its edition, the hash of its evaluated events, and the region they are in."""
BAND = (0.16, 0.84)
"""Quantiles over seeds: one standard deviation either way."""


@dataclass(frozen=True)
class Spread:
    """A figure over the seeds of a setting."""

    median: float
    low: float
    """The 16 % quantile."""
    high: float
    """The 84 % quantile."""

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of a figure's value for each seed."""
        import numpy as np

        quantiles = np.quantile(np.array(values, dtype=np.float64), [0.5, *BAND])
        return cls(*map(float, quantiles))


@dataclass(frozen=True)
class Setting:
    """One plugin with its options and controls, over its seeds."""

    runs: tuple[Run, ...]
    shared: frozenset[str] = frozenset()
    """What all settings of a report have in common, which no name says again."""

    @property
    def title(self) -> str:
        """The setting without its seed; with it where there is one seed alone."""
        record = self.runs[0].record
        return self._apart(record.title if len(self.runs) == 1 else record.setting)

    @property
    def name(self) -> str:
        """The setting without its seed, however many there are."""
        return self._apart(self.runs[0].record.setting)

    def _apart(self, words: str) -> str:
        plugin, *parts = words.split(BETWEEN)
        return BETWEEN.join([plugin, *(part for part in parts if part not in self.shared)])

    @property
    def family(self) -> str:
        """The package that its model comes from; of scores from outside the model itself."""
        record = self.runs[0].record
        package = record.model.distribution if record.model else ""
        return package.removeprefix(OURS) or record.plugin

    @cached_property
    def middle(self) -> Run:
        """The run of median AUC, the lower one of two: it stands for the setting."""
        ranked = sorted(self.runs, key=lambda run: (auc(run), run.name))
        return ranked[(len(ranked) - 1) // 2]

    def spread(self, name: str) -> Spread | None:
        """A figure over the seeds; None for one seed alone, or where a seed has no such figure."""
        estimates = (run.metrics().estimates[name].value for run in self.runs)
        values = [value for value in estimates if value is not None]
        return Spread.of(values) if 1 < len(values) == len(self.runs) else None

    def overlaps(self, other: Setting) -> bool:
        """Whether the ranges of AUC over the seeds of two settings overlap."""
        one, two = ([auc(run) for run in setting.runs] for setting in (self, other))
        return min(one) <= max(two) and min(two) <= max(one)


@dataclass(frozen=True)
class EventSet:
    """The runs on one set of events that have scores of both classes."""

    sample: SampleRecord
    settings: tuple[Setting, ...]
    """By AUC, the best one first."""
    brief: str = ""
    """Its name in a line with others, which none of them shares."""
    mark: str = ""
    """What sets it apart from another set whose heading reads alike."""

    @property
    def title(self) -> str:
        """Its dataset with edition, split and size."""
        return f"{self.sample.label}, {self.sample.part} {self.sample.size}"

    @property
    def heading(self) -> str:
        """What it is in plain words."""
        return f"{in_words(self.sample)}{self.mark}"

    def holds(self, sample: SampleRecord) -> bool:
        """Whether a sample is the very one that these runs were scored on."""
        return self.sample.identity == sample.identity

    @property
    def floor(self) -> Floor:
        """Of the maximum SIC of every run here."""
        return floor_of(self.settings[0].runs)

    @property
    def slug(self) -> str:
        """A name for files."""
        text = f"{self.title} {self.sample.fingerprint[:6]}".lower()
        return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def event_sets(runs: Sequence[Run]) -> list[EventSet]:
    """The sets of events, in the order in which the runs first speak of them."""
    regions = _regions(runs)
    by_events: dict[Events, list[Run]] = {
        _events(run, sample, regions): [] for run in runs if (sample := run.record.sample)
    }
    for run, sample in _ranked(runs):
        by_events[_events(run, sample, regions)].append(run)
    shared = in_common([run for same in by_events.values() for run in same])
    sets = [_event_set(same, shared) for same in by_events.values() if same]
    names = briefs([one.sample for one in sets])
    alike = Counter(one.heading for one in sets)
    return [
        replace(one, brief=name, mark=event_mark(one.sample) if alike[one.heading] > 1 else "")
        for one, name in zip(sets, names, strict=True)
    ]


def in_common(runs: Iterable[Run]) -> frozenset[str]:
    """What the names of all runs say beside the plugin; nothing where there is one name alone."""
    names = {run.record.setting for run in runs}
    parts = [set(name.split(BETWEEN)[1:]) for name in names]
    return frozenset(set.intersection(*parts)) if len(names) > 1 else frozenset()


def auc(run: Run) -> float:
    """The AUC of a run that has one."""
    return run.metrics().estimates["auc"].value or 0.0


def _regions(runs: Sequence[Run]) -> dict[tuple[str, str], str]:
    """The region that the bench's own runs on some events are of, the first one that is there."""
    regions: dict[tuple[str, str], str] = {}
    for run in runs:
        if (sample := run.record.sample) and run.record.outside is None:
            regions.setdefault((sample.label, sample.fingerprint), sample.region)
    return regions


def _events(run: Run, sample: SampleRecord, regions: Mapping[tuple[str, str], str]) -> Events:
    """What runs have to share to stand side by side: the events and the region of their samples.

    Another tool's scores have no region of their own, and stand beside the bench's on its events.
    """
    label, events, region = sample.identity
    return label, events, regions.get((label, events), "") if run.record.outside else region


def _event_set(runs: list[Run], shared: frozenset[str]) -> EventSet:
    own = [run for run in runs if run.record.outside is None]
    sample = (own or runs)[0].record.sample
    assert sample is not None
    newest = {(run.record.setting, run.record.seed): run for run in sorted(runs, key=_age)}
    by_setting: dict[str, list[Run]] = {}
    for (setting, _), run in sorted(newest.items()):
        by_setting.setdefault(setting, []).append(run)
    settings = [Setting(tuple(seeds), shared) for seeds in by_setting.values()]
    settings.sort(key=lambda setting: (-auc(setting.middle), setting.title))
    return EventSet(sample, tuple(settings))


def _age(run: Run) -> str:
    return run.name


def _ranked(runs: Sequence[Run]) -> Iterator[tuple[Run, SampleRecord]]:
    """Runs with scores of both classes that can be read."""
    for run in runs:
        if run.record.status != "ok" or run.record.sample is None or run.record.bare:
            continue
        try:
            run.demand_sound()
            metrics = run.metrics()
            two_classes = metrics.counts.signal and metrics.counts.background
            if two_classes and metrics.estimates["auc"].value is not None:
                yield run, run.record.sample
        except (DamagedError, KeyError):
            continue
