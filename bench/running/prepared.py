"""A run under way: its parts, its events, the fit that it wants, the keys it is known by."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bench.api.errors import DamagedError, RequestError
from bench.data.run_samples import DatasetRef, RunSamples, load_samples
from bench.guards.before.trained_on import TrainedOn
from bench.plugins.options import options_in
from bench.running.fit_cache import FitRequest, Start, find_start
from bench.running.judging import Judges
from bench.running.request import RunParts, RunRequest, resolve_parts
from bench.storage.code_digest import SCORING, core_digest, unreadable
from bench.storage.fingerprint import digest, table_digest

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.plugins.registry import Registry
    from bench.storage.home import Home
    from bench.storage.store import Store


@dataclass
class PreparedRun:
    """A run under way."""

    request: RunRequest
    parts: RunParts
    samples: RunSamples
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

    @cached_property
    def key(self) -> str:
        """The content hash of the whole run: what was scored, and how it was judged."""
        sample = asdict(self.samples.records["evaluated"])
        if not sample["division"]:  # then the key is as it was before there were any
            del sample["division"]
        return digest(
            [
                self.scores_key,
                sample,
                self.request.threshold,
                *([sorted(self.request.allow)] if self.request.allow else []),
                self.judges.key(),
            ]
        )

    @property
    def judges(self) -> Judges:
        """The metrics, and where they come from."""
        metrics = self.parts.metrics
        return Judges(metrics, [self.parts.entry(metric).distribution for metric in metrics])

    @cached_property
    def scores_key(self) -> str:
        """The content hash of all that the scores come from."""
        return digest(
            [
                self.fit_request.key,
                core_digest(SCORING),
                options_in(self.parts.model),  # those of scoring too, which are not the fit's
                table_digest(self.samples.tables["evaluated"]),
                self.request.without,
                self.request.permute,
            ]
        )


def prepare(
    request: RunRequest, registry: Registry, home: Home, store: Store, context: Context
) -> PreparedRun:
    """Gather what a run needs, and refuse what cannot work before any work.

    Raises:
        BenchError: the request or its input is bad.
    """
    parts = resolve_parts(request, registry)
    for part in (parts.model, *parts.encoders, *parts.metrics):
        if unreadable(type(part), parts.entry(part).distribution):
            context.notice(f"the code of {part.name} cannot be read: nothing of it is reused")
    start = _start(request, parts, home, store)
    started = time.monotonic()
    earlier = start.used_events if start else None
    evaluated_on, fitted_on = (
        DatasetRef(dataset, parts.entry(dataset).distribution)
        for dataset in (parts.dataset, parts.train)
    )
    samples = load_samples(
        request,
        evaluated_on,
        fitted_on,
        context,
        tables=home.tables,
        earlier=earlier,
        overlapping=TrainedOn.code in request.allow,
    )
    used = (parts.model, *parts.encoders)
    fit_request = FitRequest(
        model=parts.model,
        encoders=parts.encoders,
        distributions=[parts.entry(part).distribution for part in used],
        train=samples.tables["train"],
        valid=samples.tables["valid"],
        seed=request.seed,
        device=request.device,
        used_events=samples.used_events,
        start=start,
    )
    seconds = {"events": round(time.monotonic() - started, 3)}
    return PreparedRun(request, parts, samples, fit_request, context, home, seconds)


def _start(request: RunRequest, parts: RunParts, home: Home, store: Store) -> Start | None:
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
