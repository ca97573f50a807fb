"""The hooks: what a plugin package may offer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from bench.api.asking import Formatter
    from bench.api.guard import Guard
    from bench.api.parts import Dataset, Encoder, Metric, Model

hookspec = pluggy.HookspecMarker("bench")
hookimpl = pluggy.HookimplMarker("bench")
"""Marks a function of a plugin as the hook of its name."""


@hookspec
def bench_datasets() -> Iterable[type[Dataset]]:
    """The datasets that the plugin offers."""
    raise NotImplementedError


@hookspec
def bench_encoders() -> Iterable[type[Encoder]]:
    """The encoders that the plugin offers."""
    raise NotImplementedError


@hookspec
def bench_models() -> Iterable[type[Model]]:
    """The models that the plugin offers."""
    raise NotImplementedError


@hookspec
def bench_metrics() -> Iterable[type[Metric]]:
    """The metrics that the plugin offers."""
    raise NotImplementedError


@hookspec
def bench_guards() -> Iterable[type[Guard[Any]]]:
    """The guards that the plugin offers."""
    raise NotImplementedError


@hookspec
def bench_formatters() -> Iterable[type[Formatter]]:
    """The readers of events in anyone's words that the plugin offers."""
    raise NotImplementedError
