"""Runs under another floor of the maximum SIC: judged from their scores, without their models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from bench.metrics.floors import USUAL, Floor
from bench.metrics.ranking import MaximumSic
from bench.storage.stored_run import Metrics, Run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.scores import Scored


@dataclass(frozen=True, eq=False)
class FloorRun(Run):
    """A run whose maximum SIC stands under another floor than the usual one."""

    whole: Run
    floor: Floor

    def _read(self, name: str) -> tuple[Scored, NDArray[np.uint64]]:
        return self.whole.scored(name), self.whole.events(name)

    @cached_property
    def _metrics(self) -> Metrics:
        metrics = self.whole.metrics()
        if MaximumSic.name not in metrics.estimates or self.record.bare or self.floor == USUAL:
            return metrics
        again = MaximumSic(floor=str(self.floor)).estimate(self.scored())
        return replace(metrics, estimates={**metrics.estimates, **again})


def under(runs: Sequence[Run], floor: Floor) -> list[Run]:
    """The runs with their maximum SIC under a floor; as they were stored under the usual one."""
    if floor == USUAL and not floor.said:
        return [run.whole if isinstance(run, FloorRun) else run for run in runs]
    return [
        FloorRun(run.folder, run.record, run.whole if isinstance(run, FloorRun) else run, floor)
        for run in runs
    ]


def usual_floor(runs: Sequence[Run]) -> Floor:
    """That of the protocol of all these runs, else the one that stands unless another is said."""
    floors = {run.record.protocol.floor if run.record.protocol else "" for run in runs}
    (said,) = floors if len(floors) == 1 else ("",)
    return Floor.read(said) if said else USUAL


def under_one(models: Sequence[Sequence[Run]], floor: Floor | None) -> tuple[tuple[Run, ...], ...]:
    """The runs of each model under a floor; under the usual one of them all if none is said."""
    one = floor or usual_floor([run for runs in models for run in runs])
    return tuple(tuple(under(runs, one)) for runs in models)


def floor_of(runs: Sequence[Run]) -> Floor:
    """The floor of the maxima of these runs, which all have the same one."""
    return next((run.floor for run in runs if isinstance(run, FloorRun)), USUAL)
