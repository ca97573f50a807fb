"""Settings by the valid split: what to choose, before any event of another split is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bench.api.errors import DamagedError
from bench.api.scores import Estimate, Scored
from bench.comparison.paired import Difference, auc_difference
from bench.metrics.ranking import AreaUnderCurve
from bench.report.event_sets import Spread
from bench.storage.record import SampleRecord
from bench.storage.store import Run


@dataclass(frozen=True, eq=False)
class Candidate:
    """A plugin with its options, over its seeds, on a valid split."""

    plugin: str
    title: str
    by_seed: Sequence[tuple[Estimate, Scored]]
    """The AUC and the scores of each seed, by AUC."""

    @property
    def middle(self) -> tuple[Estimate, Scored]:
        """Of the seed of median AUC, the lower one of two."""
        return self.by_seed[(len(self.by_seed) - 1) // 2]

    @property
    def auc(self) -> Estimate:
        """Of that seed."""
        return self.middle[0]

    @cached_property
    def spread(self) -> Spread | None:
        """AUC over the seeds; None for one alone."""
        values = [estimate.value or 0.0 for estimate, _ in self.by_seed]
        return Spread.of(values) if len(values) > 1 else None

    def behind(self, best: Candidate) -> Difference:
        """How much larger the AUC is than that of the best candidate, on the same events."""
        return auc_difference(self.middle[1], best.middle[1])


@dataclass(frozen=True)
class Validation:
    """The candidates that were judged on one valid split."""

    sample: SampleRecord
    candidates: Sequence[Candidate]
    """By AUC, the best one first."""

    def of(self, plugin: str) -> list[Candidate]:
        """Those of one plugin, by AUC."""
        return [one for one in self.candidates if one.plugin == plugin]


def validations(runs: Sequence[Run]) -> list[Validation]:
    """The valid splits on which there is something to choose among."""
    by_split: dict[str, tuple[SampleRecord, dict[tuple[str, str], dict[int, Scored]]]] = {}
    for run in sorted(runs, key=lambda run: run.name):
        valid, scored = run.record.valid, _scored(run)
        if valid is None or scored is None:
            continue
        _, settings = by_split.setdefault(f"{valid.label} {valid.fingerprint}", (valid, {}))
        settings.setdefault((run.record.plugin, run.record.setting), {})[run.record.seed] = scored
    every = [
        Validation(sample, _ranked(settings)) for _, (sample, settings) in sorted(by_split.items())
    ]
    return [one for one in every if len(one.candidates) > 1]


def _ranked(settings: dict[tuple[str, str], dict[int, Scored]]) -> list[Candidate]:
    metric, candidates = AreaUnderCurve(), []
    for (plugin, title), by_seed in settings.items():
        judged = [(metric.estimate(scored)["auc"], scored) for scored in by_seed.values()]
        judged.sort(key=lambda one: one[0].value or 0.0)
        candidates.append(Candidate(plugin, title, judged))
    return sorted(candidates, key=lambda one: (-(one.auc.value or 0.0), one.title))


def _scored(run: Run) -> Scored | None:
    """Its scores on the valid split; None where there are none of both classes."""
    if run.record.status != "ok" or run.record.bare:
        return None
    try:
        scored = run.scored("valid")
    except (DamagedError, KeyError):
        return None
    return scored if scored.two_classes else None
