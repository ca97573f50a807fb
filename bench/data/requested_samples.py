"""The samples that somebody asks for by name, without a model: for other tools and notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.data.run_samples import DatasetRef, RunSamples, load_samples
from bench.plugins.option_routing import build_datasets, dataset_targets, share_out

if TYPE_CHECKING:
    from bench.api.context import Context
    from bench.api.parts import Dataset
    from bench.plugins.registry import Registry
    from bench.storage.home import Home
    from bench.storage.request import SampleRequest


@dataclass(frozen=True)
class RequestedSamples:
    """The samples that a run on a dataset would use."""

    samples: RunSamples
    dataset: Dataset
    """What is evaluated on, with its options."""


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
