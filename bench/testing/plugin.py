"""All parts of a plugin, checked one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.api.errors import RequestError, did_you_mean
from bench.api.guard import Guard
from bench.api.parts import Dataset, Encoder, Metric, Model, Part
from bench.plugins.options import build
from bench.plugins.registry import PluginEntry, Registry
from bench.testing.check import FAILED, Checked
from bench.testing.datasets import checked_dataset
from bench.testing.encoders import checked_encoder
from bench.testing.guards import checked_guard
from bench.testing.metrics import checked_metric
from bench.testing.models import checked_model

CHECKERS: dict[type[Part], Callable[[Any], list[Checked]]] = {
    Dataset: checked_dataset,
    Encoder: checked_encoder,
    Model: checked_model,
    Metric: checked_metric,
    Guard: checked_guard,
}


def checked_plugin(name: str, registry: Registry, notice: Callable[[str], None]) -> list[Checked]:
    """What came of every check of every part of a plugin, with the options' defaults.

    Raises:
        RequestError: nothing here is called so, or it cannot be loaded; with the reason.
    """
    problems = [problem.reason for problem in registry.problems if problem.plugin == name]
    found = [Checked(f"plugin {name}", "it loads", FAILED, reason) for reason in problems]
    entries = [
        (kind, entry)
        for kind in CHECKERS
        for entry in registry.all(kind).values()
        if name in (entry.plugin, entry.part.name)
    ]
    if not entries and not found:
        known = {o.plugin for kind in CHECKERS for o in registry.all(kind).values()}
        raise RequestError(f"no plugin or part {name!r}; {did_you_mean(name, known)}")
    for kind, entry in entries:
        notice(f"checking {kind.__name__.lower()} {entry.part.name}")
        found += _checked(kind, entry)
    return found


def _checked(kind: type[Part], entry: PluginEntry[Any]) -> list[Checked]:
    part = f"{kind.__name__.lower()} {entry.part.name}"
    try:
        return CHECKERS[kind](build(entry.part, {}))
    except Exception as error:
        told = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return [Checked(part, "it can be checked at all", FAILED, told)]
