"""One run from its request to its sealed record: fit or reuse, score, judge, store."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import BenchError, NotFiniteError, RefusedError
from bench.api.guard import InputEvidence
from bench.api.scores import Scored
from bench.guards.b045_not_finite import NotFinite
from bench.guards.b066_decisions import are_decisions
from bench.guards.every import of_evidence
from bench.guards.evidence import StoppedEvidence
from bench.guards.inspect import VoidError, inspect, let_through, voiding
from bench.guards.training import of_fits
from bench.metrics.threshold import choose
from bench.plugins.interruption import listening
from bench.running.fit_cache import fit
from bench.running.guarded import check_inputs, check_scores, check_smoke_fit, without_scores
from bench.running.judging import judge
from bench.running.parts import demand_device, resolve_parts
from bench.running.prepared import prepare
from bench.running.recording import Recording, now, recorded
from bench.running.scoring import forget_pieces, scored_sample
from bench.storage.fingerprint import scores_digest
from bench.storage.history import HISTORY, TENSORBOARD, write_events
from bench.storage.once import once
from bench.storage.store import copy_history, without_tracebacks, write_metrics, write_scores

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.plugins.registry import Registry
    from bench.running.parts import RunParts
    from bench.running.prepared import PreparedRun
    from bench.storage.home import Home
    from bench.storage.record import Verdict
    from bench.storage.request import RunRequest
    from bench.storage.store import Run, Store

ROLES = ("valid", "evaluated")


def run(
    request: RunRequest, registry: Registry, home: Home, store: Store, context: Context
) -> tuple[Run, bool]:
    """Do the run that is asked for, as `run_parts` says."""
    return run_parts(resolve_parts(request, registry), home, store, context)


def run_parts(parts: RunParts, home: Home, store: Store, context: Context) -> tuple[Run, bool]:
    """Do a run, or find it done: the same request on the same bytes is never computed again.

    Gives the run and whether it was there.

    Raises:
        BenchError: the request or its input is bad; nothing is recorded.
        VoidedRunError: a guard voided it; it is recorded.
        RunFailedError: the run broke on the way; it is recorded.
    """
    with listening(), recorded(parts.request, store):
        with redirect_stdout(sys.stderr):
            demand_device(parts)
            prepared = prepare(parts, home, store, context)
        return once(store, prepared.key, lambda _: _make(prepared, store), context.notice)


def _make(prepared: PreparedRun, store: Store) -> Run:
    """The run, done and recorded.

    Raises:
        RefusedError: a part refuses it; nothing is recorded.
        LockLostError: another process has taken it over; nothing is recorded.
        VoidedRunError: a guard voided it; it is recorded.
        RunFailedError: it broke on the way; it is recorded.
    """
    record = prepared.start_record(now())
    recording = Recording.begin(store, record, prepared.seconds)
    with recording.to_its_end():
        scores = _judged(prepared, recording.folder, store)
    run = recording.seal(
        status="ok",
        fit=scores.fit,
        fit_reused=scores.fit_reused,
        versions={**record.versions, **scores.versions},
        judged_with=prepared.judges.versions(),
        threshold=scores.samples["evaluated"].threshold,
        decisions=scores.samples["evaluated"].bare,
        verdicts=without_tracebacks(recording.folder, scores.verdicts),
        values=scores_digest(scores.samples["evaluated"].score),
    )
    forget_pieces(prepared)
    return run


@dataclass(frozen=True)
class _Scores:
    """The scores of the samples by role, and all that is known of where they come from."""

    samples: dict[str, Scored]
    history: Path
    fit: str  # name of its folder
    fit_reused: bool
    versions: dict[str, str]  # of the distributions that they were made with
    verdicts: list[Verdict] = field(default_factory=list)


def _judged(prepared: PreparedRun, folder: Path, store: Store) -> _Scores:
    """Fit, score, judge and write, under the eyes of the guards.

    Raises:
        RefusedError: a part refuses it in its own words.
        VoidError: a guard found that the run is worth nothing.
    """
    parts = prepared.parts
    scores = _reused(prepared, store) or _scored(prepared)
    threshold = choose(parts.request.threshold, scores.samples["valid"], prepared.context.notice)
    decisions = are_decisions(scores.samples["evaluated"].score)
    bare = bool(parts.model.depends_on) and decisions
    samples = {
        role: replace(one, threshold=threshold, bare=bare) for role, one in scores.samples.items()
    }
    with prepared.stage("judge"):
        metrics = judge(parts.metrics, samples["evaluated"])
    verdicts = [*scores.verdicts, *check_scores(prepared, samples, store)]
    verdicts = let_through(verdicts, parts.request.allow)
    ids = {role: prepared.samples.tables[role].ids for role in samples}
    write_scores(folder, {role: (samples[role], ids[role]) for role in samples})
    write_metrics(folder, metrics)
    copy_history(folder, scores.history)
    write_events(scores.history, folder / TENSORBOARD)
    if voiding(verdicts):
        forget_pieces(prepared)
        raise VoidError(verdicts)
    return replace(scores, samples=samples, verdicts=verdicts)


def _reused(prepared: PreparedRun, store: Store) -> _Scores | None:
    """Scores that an earlier run has, if every guard could look at it: judged without the model."""
    if (earlier := store.find_scores(prepared.scores_key)) is None:
        return None
    record, verdicts = earlier.record, without_scores(earlier.record.verdicts, prepared)
    seen = {verdict.code for verdict in verdicts}
    looking = (*of_evidence(prepared.parts.guards, InputEvidence), *of_fits(prepared.parts.guards))
    if {guard.code for guard in looking} - seen or any(verdict.broke for verdict in verdicts):
        return None
    prepared.context.notice(f"reused the scores of run {earlier.name}")
    samples = {
        role: replace(
            earlier.scored(role),
            weights=prepared.samples.tables[role].weights,
            mass=prepared.samples.mass[role],
        )
        for role in ROLES
    }
    history, fit_name = earlier.folder / HISTORY, record.fit or ""
    return _Scores(samples, history, fit_name, True, record.versions, verdicts)


def _scored(prepared: PreparedRun) -> _Scores:
    """Fit or reuse the fit, and score.

    Raises:
        RefusedError: a part refuses it in its own words.
        VoidError: a guard found that the run is worth nothing.
    """
    model, request = prepared.parts.model, prepared.request
    with prepared.stage("guards"):
        try:
            verdicts = _passed(check_inputs(prepared), request)
            verdicts = _passed([*verdicts, *check_smoke_fit(prepared)], request)
        except BenchError as error:
            raise RefusedError(str(error)) from error
    with prepared.stage("fit"):
        try:
            fitted = fit(prepared.fit_request, prepared.context, prepared.home.fits)
        except NotFiniteError as error:
            stopped = StoppedEvidence(model, str(error))
            raise VoidError([*verdicts, *inspect([NotFinite], stopped)]) from error
    prepared.went_on("fit", fitted.earlier)
    verdicts = _passed([*verdicts, *fitted.verdicts], request)
    if fitted.reused:
        prepared.context.notice(f"reused the fit of {model.name}")
    samples = {role: scored_sample(prepared, fitted, role) for role in ROLES}
    versions = {**fitted.versions, **prepared.fit_request.versions()}
    return _Scores(samples, fitted.history, fitted.name, fitted.reused, versions, verdicts)


def _passed(verdicts: list[Verdict], request: RunRequest) -> list[Verdict]:
    """The verdicts, with those marked that the user lets through.

    Raises:
        VoidError: a guard found that the run is worth nothing.
    """
    verdicts = let_through(verdicts, request.allow)
    if voiding(verdicts):
        raise VoidError(verdicts)
    return verdicts
