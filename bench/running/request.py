"""What a user asks of a run, and the parts that it comes down to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from bench.api.errors import RequestError, did_you_mean
from bench.api.parts import Dataset, Encoder, Metric, Model, Part
from bench.data.encode import demand_views
from bench.data.request import SampleRequest
from bench.data.sampling import Sample
from bench.guards.codes import demand_codes
from bench.metrics.threshold import demand_threshold
from bench.plugins.option_routing import (
    MODEL,
    build_datasets,
    dataset_seats,
    encoder_seat,
    model_seat,
    share_out,
)
from bench.plugins.options import build
from bench.plugins.registry import PluginEntry, Registry

LAST_SEED = 2**32 - 1
"""The largest seed that every library takes."""


@dataclass(frozen=True, kw_only=True)
class RunRequest(SampleRequest):
    """A run as it was asked for; None leaves the choice to the dataset or to the bench."""

    plugin: str
    encoders: Sequence[str] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    """Values by option, which may say whose: `model.`, `dataset.`, `evaluated.`, `train.`, ..."""
    without: str | None = None
    permute: str | None = None
    start: str | None = None
    """The run whose fit this one goes on from."""
    seed: int = 0
    device: str = "cpu"
    allow: Sequence[str] = ()
    """Codes of guards whose findings are let through, visibly."""
    threshold: str = "0.5"
    """A number, or `fpr=RATE` or `best-sic`, which are chosen on the valid split."""


@dataclass(frozen=True)
class RunParts:
    """The parts that take part in a run, built with their options, and where they came from."""

    model: Model
    encoders: tuple[Encoder, ...]
    dataset: Dataset
    train: Dataset
    metrics: tuple[Metric, ...]
    entries: Mapping[type[Part], PluginEntry[Part]]

    def entry(self, part: Part) -> PluginEntry[Part]:
        """Who offers a part."""
        return self.entries[type(part)]


def resolve_parts(request: RunRequest, registry: Registry) -> RunParts:
    """Find and build the parts of a run, and refuse what cannot work before any work.

    Raises:
        RequestError: an unknown plugin, part or option, or views that do not fit.
    """
    _demand_said(request)
    model = registry.model_of(request.plugin)
    dataset, train = dataset_entries(request, registry)
    encoders = _encoders(model, request.encoders, registry)
    metrics = list(registry.all(Metric).values())
    places, seats = dataset_seats(dataset, train), [encoder_seat(entry) for entry in encoders]
    given = share_out(request.options, [model_seat(model), *places, *seats])
    evaluated_on, fitted_on = build_datasets(places, dataset, train, given)
    built = RunParts(
        model=build(model.part, given[MODEL]),
        encoders=tuple(
            build(entry.part, given[seat.key]) for entry, seat in zip(encoders, seats, strict=True)
        ),
        dataset=evaluated_on,
        train=fitted_on,
        metrics=tuple(build(metric.part, {}) for metric in metrics),
        entries={entry.part: entry for entry in (model, dataset, train, *encoders, *metrics)},
    )
    Sample("train", request.train_ratio, request.train_events)
    Sample(request.split or "test", request.ratio or dataset.part.ratio, request.events)
    if not re.fullmatch(r"cpu|cuda(:\d+)?", request.device):
        raise RequestError(f"no device {request.device!r}; wanted cpu, cuda or cuda:1")
    if not 0 <= request.seed <= LAST_SEED:
        raise RequestError(f"seed {request.seed}: wanted 0 to {LAST_SEED}")
    demand_threshold(request.threshold)
    demand_codes(request.allow)
    demand_views(built.model, built.encoders)
    _demand_control(built.model, request, registry)
    if request.start and not built.model.supports_warm_start:
        raise RequestError(f"--from: {built.model.name} cannot go on from an earlier fit")
    return built


def dataset_entries(
    request: SampleRequest, registry: Registry
) -> tuple[PluginEntry[Dataset], PluginEntry[Dataset]]:
    """What a request evaluates on, and what it fits on.

    Raises:
        RequestError: an unknown dataset.
    """
    dataset = registry.find(Dataset, request.dataset)
    return dataset, registry.find(Dataset, request.train or dataset.part.train or request.dataset)


def demand_device(model: Model, device: str) -> None:
    """Refuse a device that the model cannot work on here.

    Raises:
        RequestError: why not.
    """
    if device != "cpu" and (why := model.device_problem(device)):
        raise RequestError(f"--device {device}: {why}")


def _encoders(
    model: PluginEntry[Model], named: Sequence[str], registry: Registry
) -> list[PluginEntry[Encoder]]:
    """The named encoders, and the model's default ones for the views that those do not give."""
    default = model.part.encoder
    chosen = [registry.find(Encoder, name) for name in named]
    given = {view for entry in chosen for view in entry.part.produces}
    for name in (default,) if isinstance(default, str) else default:
        entry = registry.find(Encoder, name)
        if not entry.part.produces & given:
            chosen.append(entry)
    return chosen


def _demand_said(request: RunRequest) -> None:
    """Refuse an empty word, as of a shell's variable that is not set: it must not mean nothing."""
    for each in fields(request):
        if getattr(request, each.name) == "":
            name = "from" if each.name == "start" else each.name.replace("_", "-")
            raise RequestError(f"--{name} is empty; leave it out, or say one")


def _demand_control(model: Model, request: RunRequest, registry: Registry) -> None:
    """Refuse to take away a view that the model cannot miss, or to permute one that there is not.

    Permuting a view that the model does not read is no error: that nothing changes is the answer.
    """
    if request.without and request.permute:
        raise RequestError("--without and --permute are two controls: a run each")
    read = model.reads | model.reads_if_given
    reads = ", ".join(sorted(read))
    if (view := request.without) and view not in read:
        raise RequestError(f"--without {view}: {model.name} does not read it; it reads {reads}")
    if view and view not in model.optional:
        raise RequestError(f"--without {view}: {model.name} cannot score without it")
    views = {v for entry in registry.all(Encoder).values() for v in entry.part.produces}
    if (view := request.permute) and view not in views:
        raise RequestError(f"--permute {view}: no encoder gives it; {did_you_mean(view, views)}")
