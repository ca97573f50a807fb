"""Runs on other samples of one dataset, cut down to the events that all of them have scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from bench.api.errors import RequestError
from bench.comparison.comparable import demand_comparable
from bench.report.event_sets import Setting
from bench.running.judging import judge
from bench.storage.fingerprint import digest, events_digest, scores_digest
from bench.storage.stored_run import Metrics, Run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.parts import Metric
    from bench.api.scores import Scored

SHARED, MIXED = "shared", "mixed"
"""The ratio of such a sample, and its split where those of the runs differ."""
CLOSE = 1e-6
"""Relative; weights that differ by less are the same."""


@dataclass(frozen=True, eq=False)
class SharedRun(Run):
    """A run as if it had been scored on the shared events alone, with figures made of those."""

    whole: Run
    ids: NDArray[np.uint64]  # (n,), rising
    weights: NDArray[np.float64]  # (n,), the same for all runs
    judges: Sequence[Metric]

    def _read(self, name: str) -> tuple[Scored, NDArray[np.uint64]]:
        if name == "evaluated":
            return replace(_part(self.whole, self.ids), weights=self.weights), self.ids
        return self.whole.scored(name), self.whole.events(name)

    @cached_property
    def _metrics(self) -> Metrics:
        return judge(self.judges, self.scored())


@dataclass(frozen=True)
class Shared:
    """The runs of each model on the events that all of them share."""

    models: tuple[tuple[Run, ...], ...]
    said: str
    """How many events those are, and how many each model has beside; empty where none has."""

    @classmethod
    def of(cls, models: Sequence[Sequence[Run]], metrics: Sequence[Metric]) -> Shared:
        """Cut the runs of each model down to the events that all have scored.

        Raises:
            RequestError: runs that cannot be compared on any events, that share none, or to which
                an event has another label or weight.
        """
        import numpy as np

        first, *others = runs = [run for model in models for run in model]
        for other in others:
            demand_comparable(first, other, common=True)
        ids = first.events()
        for other in others:
            ids = np.intersect1d(ids, other.events())
        if not len(ids):
            raise RequestError(
                f"not comparable: no event is shared by {' and '.join(run.name for run in runs)}"
            )
        if all(len(run.events()) == len(ids) for run in runs):
            return cls(tuple(map(tuple, models)), "")
        weights = _weights(runs, ids)
        cut = {run.name: _cut(run, runs, ids, weights, metrics) for run in runs}
        shared = tuple(tuple(cut[run.name] for run in model) for model in models)
        return cls(shared, _said(models, len(ids)))


def _part(run: Run, ids: NDArray[np.uint64]) -> Scored:
    """The scores of some of the events, in the order of their ids."""
    import numpy as np

    scored, events = run.scored(), run.events()
    order = np.argsort(events)
    rows = order[np.searchsorted(events[order], ids)]
    return replace(
        scored,
        y=scored.y[rows],
        score=scored.score[rows],
        weights=scored.weights[rows],
        mass=None if scored.mass is None else scored.mass[rows],
    )


def _weights(runs: Sequence[Run], ids: NDArray[np.uint64]) -> NDArray[np.float64]:
    """The weights of the first run, if another's differ by a factor for each class at the most.

    Such a factor, which comes of a sample's class ratio, changes neither AUC nor SIC nor rates.

    Raises:
        RequestError: other labels, or weights that differ within a class.
    """
    import numpy as np

    first = _part(runs[0], ids)
    for run in runs[1:]:
        other = _part(run, ids)
        if not np.array_equal(first.y, other.y):
            raise RequestError(f"{runs[0].name} and {run.name} have other labels of an event")
        for label in (0, 1):
            factor = (other.weights / first.weights)[first.y == label]
            if len(factor) and np.ptp(factor) > CLOSE * factor.max():
                raise RequestError(
                    f"not comparable: {runs[0].name} and {run.name} weight the events that they "
                    "share in other ways"
                )
    return first.weights


def _cut(
    run: Run,
    runs: Sequence[Run],
    ids: NDArray[np.uint64],
    weights: NDArray[np.float64],
    metrics: Sequence[Metric],
) -> SharedRun:
    part, record = _part(run, ids), run.record
    samples = [one.record.sample for one in runs]
    parts = {(sample.split, sample.division) for sample in samples if sample}
    assert record.sample is not None
    sample = replace(
        record.sample,
        ratio=SHARED,
        split=record.sample.split if len(parts) == 1 else MIXED,
        division=record.sample.division if len(parts) == 1 else "",
        region=record.sample.region if len({one.region for one in samples if one}) == 1 else "",
        signal=int((part.y == 1).sum()),
        background=int((part.y == 0).sum()),
        fingerprint=events_digest(ids),
    )
    cut = replace(
        record,
        sample=sample,
        scores=digest([record.scores or run.name, sample.fingerprint]),
        values=scores_digest(part.score),
    )
    return SharedRun(run.folder, cut, run, ids, weights, metrics)


def _said(models: Sequence[Sequence[Run]], shared: int) -> str:
    left_out = []
    for runs in models:
        counts = dict.fromkeys((len(run.events()) - shared, len(run.events())) for run in runs)
        numbers = ", ".join(f"{extra} of {events}" for extra, events in counts)
        left_out.append(f"{numbers} ({Setting(tuple(runs)).title})")
    return f"{shared} events are shared by all; left out: {'; '.join(left_out)}."
