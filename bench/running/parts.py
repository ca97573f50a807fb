"""The parts that a request comes down to, found and built once; what cannot work is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.api.errors import RequestError
from bench.api.guard import Guard
from bench.api.parts import Dataset, Encoder, Metric, Model, Part
from bench.data.encode import demand_control, demand_views
from bench.data.run_samples import DatasetRef
from bench.data.sampling import Sample
from bench.guards.every import GUARDS, demand_codes
from bench.metrics.threshold import demand_threshold
from bench.plugins.needs import Needs, demand_gpus, needs_of
from bench.plugins.option_routing import (
    MODEL,
    build_datasets,
    dataset_targets,
    encoder_target,
    model_target,
    share_out,
)
from bench.plugins.options import build
from bench.plugins.registry import PluginEntry, Registry
from bench.running.encoders import encoders_of, encoders_of_targets
from bench.running.look import with_look
from bench.running.protocols import with_protocol
from bench.running.ranks import ALONE, Ranks
from bench.storage.protocol import Protocol
from bench.storage.request import LOOK, RunRequest


@dataclass(frozen=True)
class RunParts:
    """The parts of a run, built with their options, and where they came from."""

    request: RunRequest
    model: Model
    encoders: tuple[Encoder, ...]
    dataset: Dataset
    train: Dataset
    metrics: tuple[Metric, ...]
    guards: Mapping[type[Guard[Any]], str]
    """Each with the distribution that it comes from."""
    entries: Mapping[type[Part], PluginEntry[Part]]
    protocol: Protocol | None = None
    ranks: Ranks = ALONE
    """The processes that do the run."""

    def entry(self, part: Part) -> PluginEntry[Part]:
        """Who offers a part."""
        return self.entries[type(part)]

    @property
    def device(self) -> str:
        """What the model works on: the CPU, if it can use nothing else."""
        return self.request.device if self.model.uses_device else "cpu"

    @property
    def used(self) -> tuple[Part, ...]:
        """All but the guards."""
        return (self.model, *self.encoders, self.dataset, self.train, *self.metrics)

    @property
    def needs(self) -> Needs:
        """What the run needs of a machine."""
        return needs_of(self.used, self.device)

    @property
    def datasets(self) -> tuple[DatasetRef, DatasetRef]:
        """What is evaluated on and what is fitted on."""
        evaluated_on, fitted_on = (
            DatasetRef(dataset, self.entry(dataset).distribution)
            for dataset in (self.dataset, self.train)
        )
        return evaluated_on, fitted_on


def resolve_parts(request: RunRequest, registry: Registry) -> RunParts:
    """Find and build the parts of a run, and refuse what cannot work before any work.

    Raises:
        RequestError: an unknown plugin, part or option, or views that do not fit.
    """
    request.demand_sound()
    registry.demand_packages(request)
    request, protocol = with_protocol(request, registry)
    model = registry.model_of(request.plugin)
    request = with_look(request, model.part)
    dataset, train = registry.datasets_of(request.dataset, request.train)
    encoders = encoders_of(model, request.encoders, registry)
    encoders += encoders_of_targets(model, encoders, request.options, registry)
    metrics, guards = registry.all(Metric).values(), registry.guards
    if not guards.keys() >= set(GUARDS):
        raise RequestError("the bench's own guards are not registered; install the bench anew")
    places, targets = dataset_targets(dataset, train), [encoder_target(entry) for entry in encoders]
    given = share_out(request.options, [model_target(model), *places, *targets])
    given[MODEL] |= {LOOK: request.look} if request.look else {}
    evaluated_on, fitted_on = build_datasets(places, dataset, train, given)
    parts = RunParts(
        request=request,
        model=build(model.part, given[MODEL]),
        encoders=tuple(
            build(entry.part, given[target.key])
            for entry, target in zip(encoders, targets, strict=True)
        ),
        dataset=evaluated_on,
        train=fitted_on,
        metrics=tuple(build(entry.part, {}) for entry in metrics),
        guards=guards,
        entries={entry.part: entry for entry in (model, dataset, train, *encoders, *metrics)},
        protocol=protocol,
    )
    Sample("train", request.train_ratio, request.train_events)
    Sample(request.split or "test", request.ratio or dataset.part.ratio, request.events)
    demand_threshold(request.threshold)
    demand_codes(request.allow, guards)
    demand_views(parts.model, parts.encoders)
    views = {view for entry in registry.all(Encoder).values() for view in entry.part.produces}
    demand_control(parts.model, request.without, request.permute, views)
    if request.start and not parts.model.supports_warm_start:
        raise RequestError(f"--from: {parts.model.name} cannot go on from an earlier fit")
    _ = parts.needs  # refused before any work, if it is said in another way
    return parts


def demand_device(parts: RunParts) -> None:
    """Refuse a device that the model cannot work on here, and more GPUs than there are.

    Raises:
        RequestError: why not.
    """
    if parts.device != "cpu" and (why := parts.model.device_problem(parts.device)):
        raise RequestError(f"--device {parts.device}: {why}")
    demand_gpus(parts.used)
