"""What guards say of imported scores: those that can look do so, the others say why they cannot."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from bench.api.errors import DamagedError
from bench.api.guard import InputEvidence, ProbeEvidence, ScoreEvidence
from bench.guards.every import of_evidence
from bench.guards.evidence import (
    ImportedSample,
    ImportedScoreEvidence,
    SmokeFitEvidence,
    TrainingEvidence,
)
from bench.guards.inspect import inspect
from bench.storage.record import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.guard import Guard
    from bench.outside.known_fit import KnownFit
    from bench.outside.predictions import Matched
    from bench.storage.store import Store

MISSING_EVIDENCE: dict[str, tuple[type, ...]] = {
    "the train sample is not known": (InputEvidence,),
    "the model is not here": (SmokeFitEvidence, ProbeEvidence, TrainingEvidence),
}
"""Evidence that there is none of, by what it lacks."""
WITHOUT_MODEL = {
    "the model is not here": tuple(kind for kinds in MISSING_EVIDENCE.values() for kind in kinds)
}
"""The same where the train sample is known."""


def inspect_imported(
    guards: Collection[type[Guard[Any]]],
    matched: Matched,
    events: ImportedSample,
    store: Store,
    known: KnownFit | None = None,
) -> list[Verdict]:
    """The verdict of every guard on imported scores, and on what is known of their model's fit."""
    evidence = ImportedScoreEvidence(
        model=None,
        control="",
        valid=known.valid_scored(matched.record) if known else None,
        evaluated=matched.scored,
        others=_others(matched, store),
        events=events,
        fitted_by=known.samples.records.get("valid") if known else None,
    )
    seen = known.verdicts() if known else []
    codes = {verdict.code for verdict in seen}
    blind = [
        Verdict(code=guard.code, guard=guard.name, severity=guard.severity, skipped=why)
        for why, kinds in (WITHOUT_MODEL if known and known.fitted else MISSING_EVIDENCE).items()
        for kind in kinds
        for guard in of_evidence(guards, kind)
        if guard.code not in codes
    ]
    return [*seen, *blind, *inspect(of_evidence(guards, ScoreEvidence), evidence)]


def _others(matched: Matched, store: Store) -> dict[str, NDArray[np.float64]]:
    """Scores of runs and other imports on the very same events, by what they are."""
    sample, others = matched.record.sample, {}
    assert sample is not None
    for run in store.runs():
        theirs = run.record.sample
        if run.record.status != "ok" or run.record.bare or theirs is None:
            continue
        if run.record.decisions != matched.record.decisions:
            continue
        if (theirs.source, theirs.fingerprint) != (sample.source, sample.fingerprint):
            continue
        known = (run.record.plugin, run.record.options)
        if run.record.outside and known == (matched.record.plugin, matched.record.options):
            continue  # the same model's, brought once more
        try:
            others[f"{run.record.title} (run {run.name})"] = run.scored().score
        except DamagedError:
            continue
    return others
