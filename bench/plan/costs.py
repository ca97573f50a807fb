"""What runs like this one have cost: seconds and bytes, from the records of past ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.record import RunRecord, SampleRecord
from bench.store import Run


@dataclass(frozen=True)
class Costs:
    """Rates seen in past runs of one plugin; None where none of them shows it."""

    told: str
    """Which run they were taken from."""
    fit: float | None
    """Seconds for each event trained on."""
    score: float | None
    """Seconds for each event scored."""
    fixed: float
    """Seconds for opening events and judging."""
    disk: float | None
    """Bytes for each event scored."""


def costs_of(plugin: str, options: str, runs: Sequence[Run]) -> Costs:
    """From the newest runs of the plugin, those with the same options before any other."""
    past = [r for r in runs if r.record.plugin == plugin and r.record.status == "ok"]
    past = [run for run in past if run.record.outside is None]
    past.sort(key=lambda run: (run.record.options == options, run.name), reverse=True)
    if not past:
        return Costs(f"no past run of {plugin}", None, None, 0.0, None)
    fixed = past[0].record.seconds
    told = past[0].name if past[0].record.options == options else f"{past[0].name}, other options"
    return Costs(
        told=f"run {told}",
        fit=_first(past, _fit_rate),
        score=_first(past, _score_rate),
        fixed=fixed.get("events", 0.0) + fixed.get("judge", 0.0),
        disk=_size(past[0].folder) / max(_events(past[0].record.sample), 1),
    )


def _first(runs: Sequence[Run], rate: Callable[[RunRecord], float | None]) -> float | None:
    """The first run that shows a rate."""
    return next((found for run in runs if (found := rate(run.record)) is not None), None)


def _fit_rate(record: RunRecord) -> float | None:
    if record.fit_reused or "fit" not in record.seconds or not _events(record.train):
        return None
    return record.seconds["fit"] / _events(record.train)


def _score_rate(record: RunRecord) -> float | None:
    if "score evaluated" not in record.seconds or not _events(record.sample):
        return None
    return record.seconds["score evaluated"] / _events(record.sample)


def _events(sample: SampleRecord | None) -> int:
    return sample.signal + sample.background if sample else 0


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
