"""One run from request to sealed record: fit or reuse, score, judge, store."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bench.encoding import encode, learn
from bench.errors import BenchError, DamagedError, RequestError
from bench.files import write_bytes
from bench.fingerprint import code_digest, digest, table_digest, versions_of
from bench.fits import Fit, FitRequest, Start, find_start, fit
from bench.history import TENSORBOARD, write_events
from bench.material import Material, gather
from bench.options import options_in
from bench.record import PartRecord, RunRecord
from bench.request import Cast, RunRequest, cast
from bench.scored import Estimate, Scored
from bench.scoring import score
from bench.store import TRACEBACK, Metrics, Run, Store, copy_history, write_metrics, write_scores

if TYPE_CHECKING:
    from pathlib import Path

    from bench.context import Context
    from bench.home import Home
    from bench.inputs import Inputs
    from bench.parts import Metric, Part
    from bench.plugins import Shelf


PREVIEWED = 256
"""Events that a dry run looks at."""


class RunFailedError(Exception):
    """A run broke; its record is kept and holds the error."""

    def __init__(self, run: Run) -> None:
        super().__init__(
            f"run {run.name} failed: {run.record.error} (see {run.folder / TRACEBACK})"
        )
        self.run = run


@dataclass
class _Work:
    """A run under way."""

    request: RunRequest
    cast: Cast
    material: Material
    fit_request: FitRequest
    context: Context
    home: Home
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Take the wall time of a stage."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - started, 3)

    def key(self) -> str:
        """The content hash of the whole run."""
        judged_by = [(m.name, options_in(m), code_digest(type(m))) for m in self.cast.metrics]
        return digest(
            [
                self.fit_request.key(),
                options_in(self.cast.model),  # those of scoring too, which are not the fit's
                table_digest(self.material.tables["evaluated"]),
                asdict(self.material.records["evaluated"]),
                self.request.without,
                self.request.permute,
                self.request.threshold,
                judged_by,
            ]
        )


def run(
    request: RunRequest, shelf: Shelf, home: Home, store: Store, context: Context
) -> tuple[Run, bool]:
    """Do a run, or find it done: the same request on the same bytes is never computed again.

    Gives the run and whether it was there.

    Raises:
        BenchError: the request or its input is bad; nothing is recorded.
        RunFailedError: the run broke on the way; it is recorded.
    """
    work = _prepare(request, shelf, home, store, context)
    key = work.key()
    if found := store.find(key):
        return found, True
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    folder = store.claim(created, key)
    record = _record(work, key, created)
    try:
        reused = _execute(work, folder)
    except KeyboardInterrupt:
        store.seal(folder, replace(record, status="interrupted", seconds=work.seconds))
        raise
    except Exception as error:
        told = str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"
        write_bytes(folder / TRACEBACK, traceback.format_exc().encode())
        broken = replace(record, status="failed", error=told, seconds=work.seconds)
        raise RunFailedError(store.seal(folder, broken)) from error
    done = replace(record, status="ok", fit_reused=reused, seconds=work.seconds)
    return store.seal(folder, done), False


def preview(request: RunRequest, shelf: Shelf, home: Home, store: Store, context: Context) -> str:
    """What a run would fit on, and its first event as the model reads it; nothing is fitted.

    Raises:
        BenchError: the request or its input is bad.
    """
    import numpy as np

    work = _prepare(request, shelf, home, store, context)
    parts, table = work.cast, work.material.tables["train"]
    few = table.take(np.arange(min(len(table), PREVIEWED)))
    inputs = encode(parts.model, parts.encoders, learn(parts.encoders, few), few)
    samples = (f"{role}: {r.label} {r.size}" for role, r in work.material.records.items())
    return "\n".join(
        [*samples, "", parts.model.preview(inputs, replace(context, seed=request.seed))]
    )


def _prepare(
    request: RunRequest, shelf: Shelf, home: Home, store: Store, context: Context
) -> _Work:
    parts = cast(request, shelf)
    start = _start(request, parts, home, store)
    started = time.monotonic()
    earlier = start.ledger if start else None
    material = gather(request, parts, context, home.tables, earlier)
    used = (parts.model, *parts.encoders)
    fit_request = FitRequest(
        model=parts.model,
        encoders=parts.encoders,
        distributions=[parts.offer(part).distribution for part in used],
        train=material.tables["train"],
        valid=material.tables["valid"],
        seed=request.seed,
        device=request.device,
        ledger=material.ledger,
        start=start,
    )
    seconds = {"events": round(time.monotonic() - started, 3)}
    return _Work(request, parts, material, fit_request, context, home, seconds)


def _start(request: RunRequest, parts: Cast, home: Home, store: Store) -> Start | None:
    """The fit that the run goes on from.

    Raises:
        RequestError: no such run, or one of another model or encoder, or its fit is gone.
    """
    if request.start is None:
        return None
    (run,) = store.pick([request.start])
    record = run.record
    if record.status != "ok" or record.model is None or record.fit is None:
        raise RequestError(f"--from {run.name}: that run is {record.status} and left no fit")
    then = [record.model.name, *((part.name, part.options) for part in record.encoders)]
    now = [parts.model.name, *((part.name, options_in(part)) for part in parts.encoders)]
    if then != now:
        raise RequestError(f"--from {run.name}: its model and encoders are {then}, wanted {now}")
    try:
        return find_start(home.fits, record.fit)
    except DamagedError as error:
        raise RequestError(f"--from {run.name}: its fit is gone, run it again ({error})") from error


def _execute(work: _Work, folder: Path) -> bool:
    """Fit, score, judge and write; gives whether the fit was there."""
    with work.stage("fit"):
        fitted = fit(work.fit_request, work.context, work.home.fits)
    if fitted.reused:
        work.context.notice(f"reused the fit of {work.cast.model.name}")
    samples = {}
    for role in ("valid", "evaluated"):
        with work.stage(f"score {role}"):
            samples[role] = _scored(work, fitted, role)
    with work.stage("judge"):
        metrics = _judge(work.cast.metrics, samples["evaluated"])
    ids = {role: work.material.tables[role].ids for role in samples}
    write_scores(folder, {role: (samples[role], ids[role]) for role in samples})
    write_metrics(folder, metrics)
    copy_history(folder, fitted.history)
    write_events(fitted.history, folder / TENSORBOARD)
    return fitted.reused


def _scored(work: _Work, fitted: Fit, role: str) -> Scored:
    table = work.material.tables[role]
    inputs = encode(work.cast.model, work.cast.encoders, fitted.learned, table)
    inputs = _controlled(inputs, work.request)
    return Scored(
        y=table.y,
        score=score(fitted.fitted, inputs, f"scoring {role}", work.context),
        weights=table.weights,
        threshold=work.request.threshold,
    )


def _controlled(inputs: Inputs, request: RunRequest) -> Inputs:
    """The inputs with a view taken away or shuffled between events, where that was asked for."""
    if request.without:
        return inputs.without(request.without)
    if request.permute and request.permute in inputs.views:
        return inputs.permuted(request.permute, request.seed)
    return inputs


def _judge(metrics: tuple[Metric, ...], scored: Scored) -> Metrics:
    """All figures; a metric that breaks is a dash that says why."""
    estimates: dict[str, Estimate] = {}
    for metric in metrics:
        try:
            estimates |= metric.estimate(scored)
        except Exception as error:
            note = f"failed: {type(error).__name__}: {error}"
            estimates[metric.name] = Estimate(None, note=note)
    return Metrics(estimates, scored.counts())


def _record(work: _Work, key: str, created: str) -> RunRecord:
    parts, request, samples = work.cast, work.request, work.material.records
    asked: dict[str, Any] = {k: v for k, v in asdict(request).items() if v is not None}
    if request.file:
        asked["file"] = str(request.file)
    offers = {parts.offer(part).distribution for part in (parts.model, *parts.encoders)}
    versions: dict[str, str] = {}
    for distribution in sorted(offers | {"classifier-bench"}):
        versions |= versions_of(distribution)
    return RunRecord(
        id=key,
        created=created,
        status="started",
        plugin=request.plugin,
        dataset=request.dataset,
        seed=request.seed,
        request=asked,
        model=_part(work, parts.model),
        encoders=[_part(work, encoder) for encoder in parts.encoders],
        views=sorted(parts.model.reads),
        without=request.without,
        permuted=request.permute,
        threshold=request.threshold,
        train=samples["train"],
        valid=samples["valid"],
        sample=samples["evaluated"],
        fit=work.fit_request.key(),
        versions=versions,
    )


def _part(work: _Work, part: Part) -> PartRecord:
    offer = work.cast.offer(part)
    return PartRecord(
        name=part.name,
        options=options_in(part),
        plugin=offer.plugin,
        distribution=offer.distribution,
        version=offer.version,
        code=code_digest(type(part)),
    )
