"""When guards look at a run: before its fit, at a smoke fit, at its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.errors import BenchError, NotFiniteError, RefusedError
from bench.api.guard import InputEvidence, ProbeEvidence, ScoreEvidence
from bench.data.encode import encode, learn, view_modules
from bench.data.hidden import learn_hidden
from bench.guards.b033_smoke_fit import SmokeFit
from bench.guards.b045_not_finite import NotFinite
from bench.guards.every import of_evidence
from bench.guards.evidence import RunScoreEvidence, SmokeFitEvidence, StoppedEvidence
from bench.guards.fresh_process import Encoding
from bench.guards.inspect import inspect, read_verdicts, trace, write_verdicts
from bench.guards.messages import error_text
from bench.guards.probing import EVENTS, balanced_rows
from bench.guards.smoke_fit import TRAIN_EVENTS, smoke_fit
from bench.plugins.interruption import raise_if_users
from bench.plugins.options import options_in, with_default_scoring
from bench.running.judging import scores_of_others
from bench.storage.cache import stored
from bench.storage.distributions import changes_since, write_versions
from bench.storage.record import Verdict

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.scores import Scored
    from bench.running.prepared import PreparedRun
    from bench.storage.store import Store


class _UnfinishedError(Exception):
    """A smoke fit did not come to its end; what was said of it is not kept for other runs."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        self.verdicts = list(verdicts)


def check_inputs(prepared: PreparedRun) -> list[Verdict]:
    """What guards say of the events and of the encoders, before anything is fitted.

    Raises:
        BenchError: a part refuses them in its own words.
    """
    parts, samples = prepared.parts, prepared.samples
    train = samples.tables["train"]
    few = train.take(balanced_rows(train.y, TRAIN_EVENTS))
    learned = learn_hidden(prepared.request.weak, parts.encoders, few)
    evidence = InputEvidence(
        model=parts.model,
        encoders=parts.encoders,
        tables=samples.tables,
        used=samples.used_events.by_use,
        few=few,
        learned=learned,
        inputs=encode(parts.model, parts.encoders, learned, few, targets=True),
        context=_context(prepared),
    )
    verdicts = []
    for guard in of_evidence(parts.guards, InputEvidence):
        through = () if guard.code in parts.request.allow else (BenchError,)
        verdicts += inspect([guard], evidence, through)
    return verdicts


def check_smoke_fit(prepared: PreparedRun) -> list[Verdict]:
    """What guards say of a fit on a few events.

    One that came to its end is done once for the same parts and code, whatever the seed.

    Raises:
        RefusedError: a part refuses them in its own words.
    """
    root, key = prepared.home.smoke_fits, prepared.fit_request.smoke_fit_key
    compute, notice = partial(_smoke_fit_into, prepared), prepared.context.notice
    try:
        folder, reused = stored(root, key, compute, notice, changes=changes_since)
    except _UnfinishedError as unfinished:
        return unfinished.verdicts
    if reused:
        notice("reused the smoke fit of these parts")
    return read_verdicts(folder)


def _smoke_fit_into(prepared: PreparedRun, folder: Path) -> None:
    prepared.context.notice(f"a smoke fit of {prepared.parts.model.name}, on {TRAIN_EVENTS} events")
    write_verdicts(folder, _smoke_fit(prepared))
    write_versions(prepared.fit_request.versions(), folder)


def _smoke_fit(prepared: PreparedRun) -> list[Verdict]:
    """What guards say of a smoke fit.

    Raises:
        _UnfinishedError: it, or a guard that looked at it, did not come to its end.
        RefusedError: a part refuses it in its own words.
    """
    parts, tables = prepared.parts, prepared.samples.checked
    train = tables["train"].take(balanced_rows(tables["train"].y, 4 * TRAIN_EVENTS))
    valid = tables["valid"].take(balanced_rows(tables["valid"].y, EVENTS))
    learned = learn(parts.encoders, train)
    inputs, probed = (
        encode(parts.model, parts.encoders, learned, table, targets=targets)
        for table, targets in ((train, True), (valid, False))
    )
    try:
        modules = view_modules(parts.model, parts.encoders, learned)
        context = replace(_context(prepared), view_modules=modules)
        encoding = Encoding(parts.encoders, learned, train, inputs)
        evidence = smoke_fit(with_default_scoring(parts.model), inputs, probed, context, encoding)
    except NotFiniteError as error:
        stopped = StoppedEvidence(parts.model, str(error))
        raise _UnfinishedError(inspect([NotFinite], stopped)) from error
    except BaseException as error:
        raise_if_users(error)
        raise _UnfinishedError(_cut_short(prepared, error)) from error
    verdicts = inspect(of_evidence(parts.guards, SmokeFitEvidence), evidence)
    if evidence.record is not None:
        # trees on so few events may have nothing to split: what they read is asked of the fit
        verdicts += inspect(of_evidence(parts.guards, ProbeEvidence), evidence.probed)
    if evidence.unread or any(verdict.broke for verdict in verdicts):
        raise _UnfinishedError(verdicts)  # a full disk cannot be told from what cannot be loaded
    return verdicts


def _cut_short(prepared: PreparedRun, error: BaseException) -> list[Verdict]:
    """What is said of a smoke fit that an error ended.

    Raises:
        RefusedError: the error is a part's refusal in its own words.
    """
    if isinstance(error, BenchError) and SmokeFit.code not in prepared.request.allow:
        way = f"(in the smoke fit; --allow {SmokeFit.code} goes on without one)"
        raise RefusedError(f"{error} {way}") from error
    verdicts = inspect([SmokeFit], StoppedEvidence(prepared.parts.model, error_text(error)))
    return [replace(verdict, broke=True, traceback=trace(error)) for verdict in verdicts]


def check_scores(
    prepared: PreparedRun, samples: Mapping[str, Scored], store: Store
) -> list[Verdict]:
    """What guards say of the scores of a run."""
    parts, request = prepared.parts, prepared.request
    evidence = RunScoreEvidence(
        model=parts.model,
        control=request.control,
        valid=samples["valid"],
        fitted_by=prepared.samples.records["valid"],
        evaluated=samples["evaluated"],
        others=scores_of_others(
            store,
            samples["evaluated"],
            prepared.samples.records["evaluated"].fingerprint,
            {part.name: options_in(part) for part in (parts.model, *parts.encoders)},
            prepared.scores_key,
        ),
    )
    return inspect(of_evidence(parts.guards, ScoreEvidence), evidence)


def without_scores(verdicts: Sequence[Verdict], prepared: PreparedRun) -> list[Verdict]:
    """Those that were given before there were scores."""
    codes = {guard.code for guard in of_evidence(prepared.parts.guards, ScoreEvidence)}
    return [verdict for verdict in verdicts if verdict.code not in codes]


def _context(prepared: PreparedRun) -> Context:
    start = prepared.fit_request.start
    return replace(
        prepared.context,
        seed=prepared.request.seed,
        device=prepared.parts.device,
        scratch=prepared.home.scratch,
        warm_start=start.model if start else None,
    )
