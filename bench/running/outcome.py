"""What comes out of a run: the scores of its events, and the figures that judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import BenchError, NotFiniteError, RefusedError
from bench.api.scores import Estimate, Scored
from bench.data.encode import encode
from bench.data.score import score
from bench.guards.evidence import Stopped
from bench.guards.inspect import VoidError, inspect, let_through, voiding
from bench.guards.judged.decisions import are_decisions
from bench.guards.stopped import Finite
from bench.metrics.threshold import choose
from bench.running.fit_cache import Fit, fit
from bench.running.guarded import before, judged, rehearsed, unjudged
from bench.storage.fingerprint import scores_digest
from bench.storage.history import HISTORY, TENSORBOARD, write_events
from bench.storage.store import Metrics, Run, Store, copy_history, write_metrics, write_scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.inputs import Inputs
    from bench.api.parts import Metric
    from bench.running.prepared import PreparedRun
    from bench.running.request import RunRequest
    from bench.storage.record import Verdict

ROLES = ("valid", "evaluated")


@dataclass(frozen=True)
class Outcome:
    """What is to be recorded of it."""

    fit: str
    """The name of the fit's folder."""
    fit_reused: bool
    versions: Mapping[str, str]
    """Of the distributions that the scores were made with."""
    threshold: float
    decisions: bool
    verdicts: list[Verdict]
    values: str
    """Content hash of the evaluated scores, event by event."""


@dataclass(frozen=True)
class _Scores:
    """The scores of the samples by role, and all that is known of where they come from."""

    samples: dict[str, Scored]
    history: Path
    fit: str
    fit_reused: bool
    versions: Mapping[str, str]
    verdicts: list[Verdict]


def execute(work: PreparedRun, folder: Path, store: Store) -> Outcome:
    """Fit, score, judge and write, under the eyes of the guards.

    Scores that an earlier run has are judged anew without the model, if all guards could look
    at it.

    Raises:
        RefusedError: a part refuses it before anything is fitted.
        VoidError: a guard found that the run is worth nothing.
    """
    earlier = store.find_scores(work.scores_key)
    if earlier and not any(v.broke for v in unjudged(earlier.record.verdicts)):
        work.context.notice(f"reused the scores of run {earlier.name}")
        scores = _scores_of(work, earlier)
    else:
        scores = _fresh(work)
    threshold = choose(work.request.threshold, scores.samples["valid"], work.context.notice)
    bare = bool(work.parts.model.depends_on) and are_decisions(scores.samples["evaluated"].score)
    samples = {
        role: replace(one, threshold=threshold, bare=bare) for role, one in scores.samples.items()
    }
    with work.stage("judge"):
        metrics = judge(work.parts.metrics, samples["evaluated"])
    verdicts = _let_on(work, [*scores.verdicts, *judged(work, samples, store)], stop=False)
    ids = {role: work.samples.tables[role].ids for role in samples}
    write_scores(folder, {role: (samples[role], ids[role]) for role in samples})
    write_metrics(folder, metrics)
    copy_history(folder, scores.history)
    write_events(scores.history, folder / TENSORBOARD)
    if voiding(verdicts):
        raise VoidError(verdicts)
    return Outcome(
        fit=scores.fit,
        fit_reused=scores.fit_reused,
        versions=scores.versions,
        threshold=threshold,
        decisions=bare,
        verdicts=verdicts,
        values=scores_digest(samples["evaluated"].score),
    )


def _scores_of(work: PreparedRun, earlier: Run) -> _Scores:
    """The scores of an earlier run, to be judged anew."""
    record = earlier.record
    return _Scores(
        samples={role: _earlier(work, earlier, role) for role in ROLES},
        history=earlier.folder / HISTORY,
        fit=record.fit or "",
        fit_reused=True,
        versions=record.versions,
        verdicts=unjudged(record.verdicts),
    )


def _fresh(work: PreparedRun) -> _Scores:
    """Fit or reuse the fit, and score."""
    with work.stage("guards"):
        try:
            verdicts = _let_on(work, before(work))
            verdicts = _let_on(work, [*verdicts, *rehearsed(work)])
        except BenchError as error:
            raise RefusedError(str(error)) from error
    with work.stage("fit"):
        try:
            fitted = fit(work.fit_request, work.context, work.home.fits)
        except NotFiniteError as error:
            stopped = Stopped(work.parts.model, str(error))
            raise VoidError([*verdicts, *inspect([Finite], stopped)]) from error
    verdicts = _let_on(work, [*verdicts, *fitted.verdicts])
    if fitted.reused:
        work.context.notice(f"reused the fit of {work.parts.model.name}")
    samples = {}
    for role in ROLES:
        with work.stage(f"score {role}"):
            samples[role] = _scored(work, fitted, role)
    versions = {**fitted.versions, **work.fit_request.versions()}
    return _Scores(samples, fitted.history, fitted.name, fitted.reused, versions, verdicts)


def _let_on(work: PreparedRun, verdicts: list[Verdict], *, stop: bool = True) -> list[Verdict]:
    """The verdicts, with those marked that the user lets through; stops at one that voids.

    Raises:
        VoidError: a guard found that the run is worth nothing.
    """
    verdicts = let_through(verdicts, work.request.allow)
    if stop and voiding(verdicts):
        raise VoidError(verdicts)
    return verdicts


def _earlier(work: PreparedRun, run: Run, role: str) -> Scored:
    """The scores of an earlier run on the same events."""
    table, found = work.samples.tables[role], run.scored(role)
    return replace(found, weights=table.weights, mass=_mass(work, role))


def _scored(work: PreparedRun, fitted: Fit, role: str) -> Scored:
    table = work.samples.tables[role]
    inputs = encode(work.parts.model, work.parts.encoders, fitted.learned, table)
    inputs = _controlled(inputs, work.request)
    return Scored(
        y=table.y,
        score=score(fitted.fitted, inputs, f"scoring {role}", work.context),
        weights=table.weights,
        threshold=0.5,
        mass=_mass(work, role),
    )


def _mass(work: PreparedRun, role: str) -> NDArray[np.float64] | None:
    """The resonance mass of each event, if its dataset says which column that is."""
    table = work.samples.tables[role]
    name = (work.parts.dataset if role == "evaluated" else work.parts.train).mass
    return table.column(name).astype("float64") if name and table.has(name) else None


def _controlled(inputs: Inputs, request: RunRequest) -> Inputs:
    """The inputs with a view taken away or shuffled between events, where that was asked for."""
    if request.without:
        return inputs.without(request.without)
    if request.permute and request.permute in inputs.views:
        return inputs.permuted(request.permute, request.seed)
    return inputs


def judge(metrics: Sequence[Metric], scored: Scored) -> Metrics:
    """All figures; a metric that breaks is a dash that says why."""
    estimates: dict[str, Estimate] = {}
    for metric in metrics:
        try:
            estimates |= metric.estimate(scored)
        except Exception as error:
            note = f"failed: {type(error).__name__}: {error}"
            estimates[metric.name] = Estimate(None, note=note)
    return Metrics(estimates, scored.counts())
