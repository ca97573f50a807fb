"""All parts of a plugin, checked one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.api.errors import RequestError, did_you_mean
from bench.api.guard import Guard
from bench.api.parts import Dataset, Encoder, Metric, Model, Part
from bench.guards.messages import error_text
from bench.plugins.interruption import raise_if_users
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
    checked = [Checked(f"plugin {name}", "it loads", FAILED, reason) for reason in problems]
    entries = [
        (kind, entry)
        for kind in CHECKERS
        for entry in registry.all(kind).values()
        if name in (entry.plugin, entry.part.name)
    ]
    if not entries and not checked:
        known = {o.plugin for kind in CHECKERS for o in registry.all(kind).values()}
        raise RequestError(f"no plugin or part {name!r}; {did_you_mean(name, known)}")
    for kind, entry in entries:
        notice(f"checking {kind.__name__.lower()} {entry.part.name}")
        checked += _checked(kind, entry)
    return checked


def _checked(kind: type[Part], entry: PluginEntry[Any]) -> list[Checked]:
    part = f"{kind.__name__.lower()} {entry.part.name}"
    try:
        return CHECKERS[kind](build(entry.part, {}))
    except BaseException as error:
        raise_if_users(error)
        reason = " ".join(error_text(error).split())
        return [Checked(part, "it can be checked at all", FAILED, reason)]
