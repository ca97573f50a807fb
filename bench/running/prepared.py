"""A run before it is done: its parts, its events, the keys it is known by, what is recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bench.data.encode import views_read
from bench.data.run_samples import RunSamples, load_samples
from bench.data.sampling import labelled
from bench.guards.b001_trained_on import TrainedOn
from bench.plugins.options import options_in
from bench.running.fit_differences import said_of
from bench.running.fit_request import FitRequest, find_start
from bench.running.judging import Judges
from bench.running.parts import RunParts
from bench.running.recording import recorded_part
from bench.storage.code_digest import SCORING, core_digest, unreadable
from bench.storage.distributions import CORE, versions
from bench.storage.fingerprint import digest, table_digest
from bench.storage.record import RunRecord

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.storage.home import Home
    from bench.storage.request import RunRequest
    from bench.storage.store import Store


@dataclass
class PreparedRun:
    """A run of which everything is there but the fit and the scores."""

    parts: RunParts
    samples: RunSamples
    fit_request: FitRequest
    context: Context
    home: Home
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def request(self) -> RunRequest:
        """As it was asked for."""
        return self.parts.request

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Take the wall time of a stage."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - started, 3)

    def went_on(self, name: str, earlier: float) -> None:
        """Add the seconds of a stage's earlier goes, which were interrupted."""
        self.seconds[name] = round(self.seconds[name] + earlier, 3)

    @cached_property
    def key(self) -> str:
        """The content hash of the whole run: what was scored, and how it was judged."""
        request, sample = self.request, self.samples.records["evaluated"]
        judged = [request.threshold, sorted(request.allow), self.judges.key()]
        protocol = self.parts.protocol  # it and quick make other records of the same scores
        judged += [request.quick, protocol and asdict(protocol)]
        return digest([self.scores_key, asdict(sample), *judged])

    @cached_property
    def judges(self) -> Judges:
        """The metrics and the guards, and where they come from."""
        parts = self.parts
        distributions = [parts.entry(metric).distribution for metric in parts.metrics]
        return Judges(parts.metrics, distributions, parts.guards)

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

    def start_record(self, created: str) -> RunRecord:
        """What is known of the run before it is done."""
        request, records = self.request, self.samples.records
        return RunRecord(
            id=self.key,
            created=created,
            status="started",
            plugin=request.plugin,
            dataset=request.dataset,
            seed=request.seed,
            request=request.said(),
            model=recorded_part(self.parts, self.parts.model),
            encoders=[recorded_part(self.parts, encoder) for encoder in self.parts.encoders],
            views=views_read(self.parts.model, self.parts.encoders),
            without=request.without,
            permuted=request.permute,
            train=records["train"],
            valid=records["valid"],
            sample=records["evaluated"],
            protocol=self.parts.protocol,
            fit=self.fit_request.key,
            scores=self.scores_key,
            versions=versions([CORE]),
            ranks=self.parts.ranks.launched.devices(self.parts.device),
        )


def prepare(
    parts: RunParts, home: Home, store: Store, context: Context, samples: RunSamples | None = None
) -> PreparedRun:
    """Load what a run needs, but for samples that are given, and refuse what cannot work.

    Raises:
        BenchError: the request or its input is bad.
    """
    request, used = parts.request, (parts.model, *parts.encoders)
    for part in (*used, *parts.metrics):
        if unreadable(type(part), parts.entry(part).distribution):
            context.notice(f"the code of {part.name} cannot be read: nothing of it is reused")
    if parts.device != request.device:
        context.notice(f"{parts.model.name} works on the CPU only")
    start = find_start(parts, home, store)
    started = time.monotonic()
    samples = samples or load_samples(
        request,
        *parts.datasets,
        context,
        tables=home.tables,
        earlier=start.used_events if start else None,
        overlapping=TrainedOn.code in request.allow,
        quick=request.quick,
    )
    fit_request = FitRequest(
        model=parts.model,
        encoders=parts.encoders,
        distributions=[parts.entry(part).distribution for part in used],
        train=labelled(samples.tables["train"], request.labels, request.seed),
        valid=labelled(samples.tables["valid"], request.labels, request.seed),
        seed=request.seed,
        device=parts.device,
        used_events=samples.used_events,
        start=start,
        guards=tuple(parts.guards),
        said=said_of(request),
        ranks=parts.ranks,
    )
    seconds = {"events": round(time.monotonic() - started, 3)}
    return PreparedRun(parts, samples, fit_request, context, home, seconds)
