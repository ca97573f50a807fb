"""What comes out of a run: the scores of its events, and the figures that judge them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.encoding import encode
from bench.fits import Fit, fit
from bench.history import HISTORY, TENSORBOARD, write_events
from bench.scored import Estimate, Scored
from bench.scoring import score
from bench.store import Metrics, Run, Store, copy_history, write_metrics, write_scores
from bench.thresholds import choose

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.inputs import Inputs
    from bench.parts import Metric
    from bench.request import RunRequest
    from bench.work import Work

ROLES = ("valid", "evaluated")


@dataclass(frozen=True)
class Outcome:
    """What is to be recorded of it."""

    fit_reused: bool
    threshold: float


def execute(work: Work, folder: Path, store: Store) -> Outcome:
    """Fit, score, judge and write.

    Scores that an earlier run has are judged anew without the model.
    """
    if earlier := store.find_scores(work.scores_key()):
        work.context.notice(f"reused the scores of run {earlier.name}")
        samples = {role: _earlier(work, earlier, role) for role in ROLES}
        history, reused = earlier.folder / HISTORY, True
    else:
        samples, history, reused = _fresh(work)
    threshold = choose(work.request.threshold, samples["valid"])
    samples = {role: replace(found, threshold=threshold) for role, found in samples.items()}
    with work.stage("judge"):
        metrics = judge(work.cast.metrics, samples["evaluated"])
    ids = {role: work.material.tables[role].ids for role in samples}
    write_scores(folder, {role: (samples[role], ids[role]) for role in samples})
    write_metrics(folder, metrics)
    copy_history(folder, history)
    write_events(history, folder / TENSORBOARD)
    return Outcome(reused, threshold)


def _fresh(work: Work) -> tuple[dict[str, Scored], Path, bool]:
    """Fit or reuse the fit, and score; with the fit's history, and whether it was there."""
    with work.stage("fit"):
        fitted = fit(work.fit_request, work.context, work.home.fits)
    if fitted.reused:
        work.context.notice(f"reused the fit of {work.cast.model.name}")
    samples = {}
    for role in ROLES:
        with work.stage(f"score {role}"):
            samples[role] = _scored(work, fitted, role)
    return samples, fitted.history, fitted.reused


def _earlier(work: Work, run: Run, role: str) -> Scored:
    """The scores of an earlier run on the same events."""
    table, found = work.material.tables[role], run.scored(role)
    return replace(found, weights=table.weights, mass=_mass(work, role))


def _scored(work: Work, fitted: Fit, role: str) -> Scored:
    table = work.material.tables[role]
    inputs = encode(work.cast.model, work.cast.encoders, fitted.learned, table)
    inputs = _controlled(inputs, work.request)
    return Scored(
        y=table.y,
        score=score(fitted.fitted, inputs, f"scoring {role}", work.context),
        weights=table.weights,
        threshold=0.5,
        mass=_mass(work, role),
    )


def _mass(work: Work, role: str) -> NDArray[np.float64] | None:
    """The resonance mass of each event, if its dataset says which column that is."""
    table = work.material.tables[role]
    name = (work.cast.dataset if role == "evaluated" else work.cast.train).mass
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
