"""The classifier that a run is expected to be: one of the past, or an assumed one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api.errors import DamagedError, RequestError
from bench.metrics.threshold import choose
from bench.plan.costs import same_options
from bench.plan.widths import Power, assumed, power_of

if TYPE_CHECKING:
    from bench.running.prepared import PreparedRun
    from bench.storage.record import RunRecord
    from bench.storage.store import Run


def power_for(prepared: PreparedRun, runs: Sequence[Run], fit: str) -> Power:
    """By past scores of the plugin on the dataset with the same views, cut as is asked for.

    A run of the fit goes before one with the same options, and that before any other; among those
    the newest one.
    """
    features = prepared.samples.records["evaluated"].features

    def same(record: RunRecord) -> bool:
        sample = record.sample
        return same_options(record, prepared) and sample is not None and sample.features == features

    def likeness(run: Run) -> tuple[bool, bool, str]:
        return (run.record.fit or "").startswith(fit), same(run.record), run.name

    threshold = prepared.request.threshold
    for run in sorted((r for r in runs if _tells(r.record, prepared)), key=likeness, reverse=True):
        try:
            scored = replace(run.scored(), threshold=choose(threshold, run.scored("valid")))
        except (DamagedError, RequestError):
            continue
        if not scored.unranked:
            other = "" if same(run.record) else ", which had other options"
            return power_of(scored, f"as run {run.name}{other}")
    return assumed(threshold)


def _tells(record: RunRecord, prepared: PreparedRun) -> bool:
    sample, request = record.sample, prepared.request
    return (
        record.status == "ok"
        and record.outside is None
        and record.plugin == request.plugin
        and sample is not None
        and sample.label == prepared.samples.records["evaluated"].label
        and sample.region == prepared.samples.records["evaluated"].region
        and (record.without, record.permuted) == (request.without, request.permute)
        and record.labels == request.labels
        and record.request.get("inject") == request.inject
        and record.request.get("against", request.against) == request.against
        and record.request.get("sidebands") == request.sidebands
    )
