"""The samples that somebody asks for by name, without a model: for other tools and notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from bench.api.errors import RequestError
from bench.data.run_samples import DatasetRef, RunSamples, load_samples
from bench.plugins.option_routing import build_datasets, dataset_targets, share_out
from bench.storage.request import RunRequest, SampleRequest

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.parts import Dataset
    from bench.plugins.registry import Registry
    from bench.storage.home import Home


@dataclass(frozen=True)
class RequestedSamples:
    """The samples that a run on a dataset would use."""

    samples: RunSamples
    dataset: Dataset
    """What is evaluated on, with its options."""


def events_request(run: RunRequest) -> SampleRequest:
    """What a run would use, to have its events alone, with the labels that it would fit by.

    Raises:
        RequestError: labels that are those of other events, or that no fit can have.
    """
    if run.labels == "shuffled":
        raise RequestError("--labels shuffled is a control of a run, and these are events alone")
    if run.weak:
        run.demand_sound()
        return run
    return SampleRequest(**{each.name: getattr(run, each.name) for each in fields(SampleRequest)})


def requested_samples(
    request: SampleRequest,
    options: Mapping[str, str],
    registry: Registry,
    home: Home,
    context: Context,
) -> RequestedSamples:
    """Find the datasets, load them and draw the samples; `options` are those of the datasets.

    Raises:
        BenchError: an unknown dataset or option, a bad file, a sample that cannot be drawn.
    """
    entries = registry.datasets_of(request.dataset, request.train)
    targets = dataset_targets(*entries)
    datasets = build_datasets(targets, *entries, share_out(options, targets))
    evaluated, fitted_on = (
        DatasetRef(dataset, entry.distribution)
        for dataset, entry in zip(datasets, entries, strict=True)
    )
    samples = load_samples(request, evaluated, fitted_on, context, tables=home.tables)
    return RequestedSamples(samples, evaluated.dataset)
