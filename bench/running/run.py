"""One run from request to sealed record: fit or reuse, score, judge, store."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bench.api.errors import BenchError, RefusedError
from bench.data.encode import encode, learn, views_read
from bench.guards.inspect import BROKEN, VoidError
from bench.plugins.options import options_in
from bench.running.outcome import execute
from bench.running.prepared import PreparedRun, prepare
from bench.running.request import RunRequest, demand_device, resolve_parts
from bench.storage.code_digest import code_digest
from bench.storage.distributions import CORE, versions
from bench.storage.files import write_bytes
from bench.storage.record import PartRecord, RunRecord, Verdict
from bench.storage.store import TRACEBACK, Run, Store

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api.context import Context
    from bench.api.parts import Part
    from bench.plugins.registry import Registry
    from bench.storage.home import Home


PREVIEWED = 256
"""Events that a dry run looks at."""


class RunFailedError(Exception):
    """A run broke; its record is kept and holds the error."""

    def __init__(self, run: Run) -> None:
        super().__init__(
            f"run {run.name} failed: {run.record.error} (see {run.folder / TRACEBACK})"
        )
        self.run = run


class VoidedRunError(RunFailedError):
    """A guard voided a run; its record is kept and says why."""

    def __init__(self, run: Run) -> None:
        Exception.__init__(self, f"run {run.name} is void: {run.record.error}")
        self.run = run


def run(
    request: RunRequest, registry: Registry, home: Home, store: Store, context: Context
) -> tuple[Run, bool]:
    """Do a run, or find it done: the same request on the same bytes is never computed again.

    Gives the run and whether it was there.

    Raises:
        BenchError: the request or its input is bad; nothing is recorded.
        VoidedRunError: a guard voided it; it is recorded.
        RunFailedError: the run broke on the way; it is recorded.
    """
    demand_device(resolve_parts(request, registry).model, request.device)
    work = prepare(request, registry, home, store, context)
    if found := store.find(work.key):
        return found, True
    with store.alone(work.key, context.notice):
        if found := store.find(work.key):  # another process has made it meanwhile
            return found, True
        return _made(work, store), False


def _made(work: PreparedRun, store: Store) -> Run:
    """The run, done and recorded.

    Raises:
        VoidedRunError: a guard voided it; it is recorded.
        RunFailedError: it broke on the way; it is recorded.
    """
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    folder = store.claim(created, work.key)
    record = _record(work, created)
    try:
        outcome = execute(work, folder, store)
    except KeyboardInterrupt:
        store.seal(folder, replace(record, status="interrupted", seconds=work.seconds))
        raise
    except RefusedError:
        store.withdraw(folder)
        raise
    except VoidError as void:
        verdicts = without_tracebacks(folder, void.verdicts)
        worthless = replace(
            record, status="void", error=str(void), verdicts=verdicts, seconds=work.seconds
        )
        raise VoidedRunError(store.seal(folder, worthless)) from None
    except BROKEN as error:
        told = str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"
        write_bytes(folder / TRACEBACK, traceback.format_exc().encode())
        broken = replace(record, status="failed", error=told, seconds=work.seconds)
        raise RunFailedError(store.seal(folder, broken)) from error
    done = replace(
        record,
        status="ok",
        fit=outcome.fit,
        fit_reused=outcome.fit_reused,
        versions={**record.versions, **outcome.versions},
        judged_with=work.judges.versions(),
        threshold=outcome.threshold,
        decisions=outcome.decisions,
        verdicts=without_tracebacks(folder, outcome.verdicts),
        seconds=work.seconds,
        values=outcome.values,
    )
    return store.seal(folder, done)


def without_tracebacks(folder: Path, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts as a record has them; where guards broke is told in a file of the folder."""
    told = [f"{v.code} {v.guard}\n{v.traceback}" for v in verdicts if v.traceback]
    if told:
        write_bytes(folder / TRACEBACK, "\n".join(told).encode(errors="backslashreplace"))
    return [replace(verdict, traceback="") for verdict in verdicts]


def preview(
    request: RunRequest, registry: Registry, home: Home, store: Store, context: Context
) -> str:
    """What a run would fit on, and its first event as the model reads it; nothing is fitted.

    Raises:
        BenchError: the request or its input is bad.
    """
    import numpy as np

    work = prepare(request, registry, home, store, context)
    parts, table = work.parts, work.samples.tables["train"]
    few = table.take(np.arange(min(len(table), PREVIEWED)))
    inputs = encode(parts.model, parts.encoders, learn(parts.encoders, few), few)
    samples = (f"{role}: {r.drawn}" for role, r in work.samples.records.items())
    return "\n".join(
        [*samples, "", parts.model.preview(inputs, replace(context, seed=request.seed))]
    )


def _record(work: PreparedRun, created: str) -> RunRecord:
    parts, request, samples = work.parts, work.request, work.samples.records
    asked: dict[str, Any] = {k: v for k, v in asdict(request).items() if v is not None}
    if request.file:
        asked["file"] = str(request.file)
    return RunRecord(
        id=work.key,
        created=created,
        status="started",
        plugin=request.plugin,
        dataset=request.dataset,
        seed=request.seed,
        request=asked,
        model=_part(work, parts.model),
        encoders=[_part(work, encoder) for encoder in parts.encoders],
        views=views_read(parts.model, parts.encoders),
        without=request.without,
        permuted=request.permute,
        train=samples["train"],
        valid=samples["valid"],
        sample=samples["evaluated"],
        fit=work.fit_request.key,
        scores=work.scores_key,
        versions=versions([CORE]),
    )


def _part(work: PreparedRun, part: Part) -> PartRecord:
    entry = work.parts.entry(part)
    return PartRecord(
        name=part.name,
        options=options_in(part),
        plugin=entry.plugin,
        distribution=entry.distribution,
        version=entry.version,
        code=code_digest(type(part), entry.distribution),
    )
