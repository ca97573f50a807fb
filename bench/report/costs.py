"""What models took: the seconds of a fit, and of a million scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from bench.report.event_sets import Setting
from bench.storage.store import Run

MILLION = 1_000_000
LEAST = 0.0005
"""Of a stage that took less than a thousandth of a second, to which times are written down."""


@dataclass(frozen=True)
class Costs:
    """What models took, by all runs of a report: one of them made the fit that others reuse."""

    runs: Sequence[Run]

    @cached_property
    def _fits(self) -> dict[str, float]:
        made = [run.record for run in self.runs if not run.record.fit_reused]
        return {one.fit: max(one.seconds["fit"], LEAST) for one in made
                if one.fit and "fit" in one.seconds}  # fmt: skip

    def fit(self, setting: Setting) -> float | None:
        """Seconds of a fit, the median over the seeds; None where none was made in these runs."""
        return _median([self._fits.get(run.record.fit or "") for run in setting.runs])

    def million(self, setting: Setting) -> float | None:
        """Seconds that a million scores take, by what those of its runs took, the median."""
        return _median([_of_a_million(run) for run in setting.runs])

    def unknown(self, settings: Sequence[Setting]) -> list[Setting]:
        """Models of which neither time is known."""
        return [s for s in settings if self.fit(s) is None and self.million(s) is None]


def _of_a_million(run: Run) -> float | None:
    spent, sample = run.record.seconds.get("score evaluated"), run.record.sample
    if spent is None or sample is None:
        return None
    return max(spent, LEAST) / (sample.signal + sample.background) * MILLION


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
