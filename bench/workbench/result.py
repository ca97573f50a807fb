"""What a model gave: its runs over the seeds, their scores, figures and findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.comparison.floored import under_one
from bench.report.event_sets import Setting
from bench.storage.stored_run import Run

if TYPE_CHECKING:
    import pandas as pd

    from bench.metrics.floors import Floor


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """The runs of one setting on one sample, a run a seed."""

    runs: tuple[Run, ...]
    floor: Floor | None = None
    """Of the maximum SIC that is printed; that of the runs' protocol, else the usual one."""

    @property
    def title(self) -> str:
        """The model and what sets it apart; its seed where there is one alone."""
        return Setting(self.runs).title

    @property
    def scores(self) -> pd.DataFrame:
        """A row an event: `seed`, `sample`, `event`, `label`, `weight`, `score`, P(signal).

        `sample` is `evaluated`, or `valid` where scores of the valid split are known.
        """
        import pandas as pd

        frames = []
        for run in self.runs:
            for sample in ("evaluated", "valid"):
                scored = run.scored(sample)
                columns = {
                    "seed": run.record.seed,
                    "sample": sample,
                    "event": run.events(sample),
                    "label": scored.y,
                    "weight": scored.weights,
                    "score": scored.score,
                }
                frames += [pd.DataFrame(columns)] if len(scored.y) else []
        return pd.concat(frames, ignore_index=True)

    @property
    def figures(self) -> pd.DataFrame:
        """A row a figure: `seed`, `figure`, `value`, the ends of its 95 % interval, its note."""
        import pandas as pd

        return pd.DataFrame(
            [
                (run.record.seed, name, e.value, e.low, e.high, e.method, e.note)
                for run in self.runs
                for name, e in run.metrics().estimates.items()
            ],
            columns=["seed", "figure", "value", "low", "high", "method", "note"],
        )

    @property
    def findings(self) -> pd.DataFrame:
        """What the guards found, a row a finding, the gravest first; no row where all is well."""
        import pandas as pd

        from bench.report.sections.guarded import with_findings

        return pd.DataFrame(
            [
                (run.record.seed, v.code, v.guard, v.outcome, finding, v.remedy)
                for run in self.runs
                for v in with_findings(run.record)
                for finding in v.findings
            ],
            columns=["seed", "code", "guard", "outcome", "finding", "remedy"],
        )

    @property
    def commands(self) -> list[str]:
        """What to type to have each of the runs again; empty of scores of one's own."""
        from bench.storage.repeating import command_of

        return [command_of(run.record) for run in self.runs]

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    def __repr__(self) -> str:
        names = ", ".join(run.name for run in self.runs)
        return f"<{self.title}: {names}>"

    def __str__(self) -> str:
        """Every figure of a run; of several seeds the median, and what was found in each."""
        from bench.workbench.shown import run_text, seeds_text

        (runs,) = under_one([self.runs], self.floor)
        return seeds_text(runs) if len(runs) > 1 else run_text(runs[0])

    def _repr_markdown_(self) -> str:
        return str(self)
