"""When guards look at a run: before its fit, at a rehearsal, at its scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api.errors import BenchError, NotFiniteError, RefusedError
from bench.data.encode import encode, learn, view_modules
from bench.guards.every import BEFORE, JUDGED, PROBED, REHEARSED
from bench.guards.evidence import Before, Judged, Stopped
from bench.guards.inspect import BROKEN, inspect, read_verdicts, trace, write_verdicts
from bench.guards.probing import EVENTS, balanced_rows
from bench.guards.recorder import Recorder
from bench.guards.smoke_fit import TRAIN_EVENTS, rehearse
from bench.guards.stopped import Finite, Rehearsed
from bench.guards.wording import said
from bench.plugins.options import with_default_scoring
from bench.storage.cache import stored
from bench.storage.code_digest import FITTING, code_digest, core_digest
from bench.storage.distributions import changes_since, write_versions
from bench.storage.fingerprint import digest, scores_digest
from bench.storage.record import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.api.context import Context
    from bench.api.scores import Scored
    from bench.guards.guard import Guard
    from bench.running.prepared import PreparedRun
    from bench.storage.store import Store


class _UnfinishedError(Exception):
    """A rehearsal did not come to its end; what was said of it is not kept for other runs."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        super().__init__()
        self.verdicts = list(verdicts)


def before(work: PreparedRun) -> list[Verdict]:
    """What guards say of the events and of the encoders, before anything is fitted.

    Raises:
        BenchError: a part refuses them in its own words.
    """
    train, parts = work.samples.tables["train"], work.parts
    rows = balanced_rows(train.y, TRAIN_EVENTS)
    some = train.take(rows)
    learned = learn(parts.encoders, some)
    evidence = Before(
        model=parts.model,
        encoders=parts.encoders,
        tables=work.samples.tables,
        used_events=work.samples.used_events,
        few=some,
        learned=learned,
        inputs=encode(parts.model, parts.encoders, learned, some),
        context=_context(work),
    )
    return [v for guard in BEFORE for v in inspect([guard], evidence, _refusals(work, guard))]


def _refusals(work: PreparedRun, guard: type[Guard[Any]]) -> tuple[type[Exception], ...]:
    """What goes through a guard: a part's refusal, unless the guard's findings are let through."""
    return () if guard.code in work.request.allow else (BenchError,)


def rehearsed(work: PreparedRun) -> list[Verdict]:
    """What guards say of a fit on a few events.

    One that came to its end is done once for the same parts and code, whatever the seed.

    Raises:
        RefusedError: a part refuses them in its own words.
    """
    root, compute = work.home.rehearsals, _rehearsing(work)
    try:
        folder, reused = stored(root, _key(work), compute, _silent, changes=changes_since)
    except _UnfinishedError as unfinished:
        return unfinished.verdicts
    if reused:
        work.context.notice("reused the rehearsal of these parts")
    return read_verdicts(folder)


def _rehearsing(work: PreparedRun) -> Callable[[Path], None]:
    def compute(folder: Path) -> None:
        work.context.notice(f"rehearsing {work.parts.model.name} on {TRAIN_EVENTS} events")
        write_verdicts(folder, _rehearse(work))
        write_versions(work.fit_request.versions(), folder)

    return compute


def _rehearse(work: PreparedRun) -> list[Verdict]:
    """What guards say of a rehearsal.

    Raises:
        _UnfinishedError: it, or a guard that looked at it, did not come to its end.
        RefusedError: a part refuses it in its own words.
    """
    parts, tables = work.parts, work.samples.tables
    rows = balanced_rows(tables["train"].y, 4 * TRAIN_EVENTS)
    train = tables["train"].take(rows)
    learned = learn(parts.encoders, train)
    inputs, probed = (
        encode(parts.model, parts.encoders, learned, table)
        for table in (train, tables["valid"].take(balanced_rows(tables["valid"].y, EVENTS)))
    )
    try:
        context = replace(
            _context(work), view_modules=view_modules(parts.model, parts.encoders, learned)
        )
        evidence = rehearse(with_default_scoring(parts.model), inputs, probed, context)
    except NotFiniteError as error:
        raise _UnfinishedError(inspect([Finite], Stopped(parts.model, str(error)))) from error
    except BROKEN as error:
        raise _UnfinishedError(_cut_short(work, error)) from error
    found = inspect(REHEARSED, evidence)
    # trees on so few events may have nothing to split: what they read is asked of the fit itself
    found += [] if evidence.record is None else inspect(PROBED, evidence.probed)
    if evidence.unread or any(verdict.broke for verdict in found):
        raise _UnfinishedError(found)  # a full disk cannot be told from what cannot be loaded
    return found


def _cut_short(work: PreparedRun, error: BaseException) -> list[Verdict]:
    """What is said of a rehearsal that an error ended.

    Raises:
        RefusedError: the error is a part's refusal in its own words.
    """
    if isinstance(error, BenchError) and Rehearsed.code not in work.request.allow:
        way = f"(in the rehearsal; --allow {Rehearsed.code} goes on without one)"
        raise RefusedError(f"{error} {way}") from error
    told = inspect([Rehearsed], Stopped(work.parts.model, said(error)))
    return [replace(verdict, broke=True, traceback=trace(error)) for verdict in told]


def judged(work: PreparedRun, samples: Mapping[str, Scored], store: Store) -> list[Verdict]:
    """What guards say of the scores of a run."""
    request = work.request
    shuffled = f"{request.permute} permuted" if request.permute else ""
    evidence = Judged(
        model=work.parts.model,
        control=f"without {request.without}" if request.without else shuffled,
        valid=samples["valid"],
        evaluated=samples["evaluated"],
        others=_others(work, store, samples["evaluated"]),
    )
    return inspect(JUDGED, evidence)


def unjudged(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Those that were given before there were scores."""
    codes = {guard.code for guard in JUDGED}
    return [verdict for verdict in verdicts if verdict.code not in codes]


def _others(work: PreparedRun, store: Store, scored: Scored) -> dict[str, NDArray[np.float64]]:
    """Scores of other fits and options on the very same events, those left out that differ."""
    from bench.api.errors import DamagedError
    from bench.plugins.options import options_in

    sample, found = work.samples.records["evaluated"], {}
    parts = (work.parts.model, *work.parts.encoders)
    mine = {part.name: options_in(part) for part in parts}
    for run in store.runs(sample.fingerprint):
        record = run.record
        if record.status != "ok" or record.bare or record.model is None or record.sample is None:
            continue
        theirs = {part.name: part.options for part in (record.model, *record.encoders)}
        same_events = record.sample.fingerprint == sample.fingerprint
        if not same_events or theirs == mine or record.scores == work.scores_key:
            continue
        if record.values:  # a record without was written before there was this hash
            if record.values == scores_digest(scored.score):
                found[run.name] = scored.score
            continue
        try:
            found[run.name] = run.scored().score
        except DamagedError:
            continue
    return found


def _silent(_: str) -> None:
    """Nothing is said of waiting for a rehearsal."""


def _key(work: PreparedRun) -> str:
    """What a rehearsal depends on: parts, their code, and the form of the events."""
    request = work.fit_request
    return digest(
        [
            request.parts_key(),
            core_digest(FITTING),
            request.train.columns,
            request.device,
            request.start.key if request.start else None,
            sorted({code_digest(looking) for looking in (Recorder, *REHEARSED, *PROBED)}),
        ]
    )


def _context(work: PreparedRun) -> Context:
    start = work.fit_request.start
    return replace(
        work.context,
        seed=work.request.seed,
        device=work.request.device,
        scratch=work.home.scratch,
        warm_start=start.model if start else None,
    )
