"""Runs by what a person calls them: by their plugin, or by the name that an import was given."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bench.api.errors import DamagedError, RequestError
from bench.storage.called import age, called, saying

if TYPE_CHECKING:
    from bench.storage.store import Run, Store

log = logging.getLogger(__name__)

Events: TypeAlias = tuple[str, str]
"""A dataset with its edition, and the hash of its events that were evaluated on."""


@dataclass(frozen=True)
class NamedRuns:
    """The runs that a name stands for beside others: one setting's on one sample, a run a seed."""

    name: str
    runs: tuple[Run, ...]
    """By their seeds."""
    others: tuple[str, ...] = ()
    """Settings that the name could have stood for as well."""

    @property
    def choice(self) -> str:
        """What was chosen, where there was a choice; else empty."""
        if not self.others:
            return ""
        chosen = self.runs[0].record.setting
        return f"{self.name}: the newest is {chosen}; not taken: {'; '.join(self.others)}"


def all_called(store: Store, names: Sequence[str]) -> list[Run]:
    """Every run that any of the names stands for, each once; all there are if none is named.

    Raises:
        RequestError: a name that fits no run, or several folders.
        DamagedError: no run that is named can be read.
    """
    if not names:
        return store.pick(())
    runs: dict[str, Run] = {}
    damaged: list[DamagedError] = []
    for name in names:
        try:
            runs |= {run.name: run for run in _candidates(store, name)}
        except DamagedError as error:
            damaged.append(error)
    if damaged and not runs:
        raise damaged[0]
    for left_out in damaged:
        log.warning("%s; it is left out", left_out)
    return list(runs.values())


def on_one_sample(store: Store, names: Sequence[str], *, common: bool = False) -> list[NamedRuns]:
    """What each name stands for on one and the same sample: the newest that all of them have.

    The name of a folder stands for that run. Any other name stands for the newest setting that it
    may mean, controls left aside, with the newest run of each seed; quick runs are left aside where
    every name has others. Where no sample is the same, a name stands for its newest; with `common`
    for its newest of a dataset that all of them have.

    Raises:
        RequestError: a name that fits no good run, or several folders.
    """
    every = [(name, _good(store, name)) for name in names]
    full = [(name, [run for run in runs if not run.record.quick]) for name, runs in every]
    every = full if all(runs for _, runs in full) else every
    shared = set.intersection(*({_events(run) for run in runs} for _, runs in every))
    newest = [_events(run) for run in sorted(every[0][1], key=age) if _events(run) in shared]
    if common and not newest:
        every = _of_one_dataset(every)
    return [
        _chosen(name, runs, newest[-1] if newest else _events(runs[-1])) for name, runs in every
    ]


def _of_one_dataset(every: list[tuple[str, list[Run]]]) -> list[tuple[str, list[Run]]]:
    """Of each name the runs on the newest dataset of the first that all of them have runs on."""
    labels = [{_events(run)[0] for run in runs} for _, runs in every]
    shared = set.intersection(*labels)
    own = [_events(run)[0] for run in sorted(every[0][1], key=age)]
    newest = [label for label in own if label in shared]
    if not newest:
        return every  # what is wrong with it is said by whoever wants to compare them
    return [(name, [r for r in runs if _events(r)[0] == newest[-1]]) for name, runs in every]


def _good(store: Store, name: str) -> list[Run]:
    runs = _candidates(store, name)
    if len(runs) == 1:  # what is wrong with it is said by whoever wants to compare it
        return runs
    good = [run for run in runs if run.record.status == "ok" and run.record.sample]
    if sound := list(_sound(good)):
        return sound
    if not good:
        last = runs[-1]
        raise RequestError(
            f"none of the {len(runs)} runs called {name!r} ended well; the newest, {last.name}, is "
            f"{last.record.status}"
        )
    return good


def _sound(runs: Sequence[Run]) -> Iterator[Run]:
    """The runs whose scores and figures are what was sealed; the others are named."""
    for run in runs:
        try:
            run.demand_sound()
        except DamagedError as error:
            log.warning("%s; the run is left out", error)
            continue
        yield run


def _candidates(store: Store, name: str) -> list[Run]:
    """The run in the folder of this name, else the runs called so, oldest first."""
    (picked,) = store.pick([name])
    runs = called(store.runs(saying(name)), name)
    return runs if picked.name in [run.name for run in runs] else [picked]


def _chosen(name: str, runs: Sequence[Run], events: Events) -> NamedRuns:
    here = [run for run in runs if _events(run) == events]
    settings = {run.record.setting: run for run in here}  # the newest of each stands
    plain = [s for s, run in settings.items() if not run.record.controls] or list(settings)
    full = [s for s in plain if not settings[s].record.quick]
    setting = max(full or plain, key=lambda s: age(settings[s]))
    by_seed = {run.record.seed: run for run in here if run.record.setting == setting}
    others = [other for other in settings if other != setting]
    return NamedRuns(name, tuple(by_seed[seed] for seed in sorted(by_seed)), tuple(others))


def _events(run: Run) -> Events:
    sample = run.record.sample
    return (sample.label, sample.fingerprint) if sample else (run.record.dataset, "")
