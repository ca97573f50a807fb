"""What must be the same before two runs are compared; what is not is refused with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.api.errors import RequestError
from bench.storage.typed import typed

if TYPE_CHECKING:
    from bench.storage.store import Run


def demand_comparable(one: Run, other: Run, *, common: bool = False) -> None:
    """Refuse two runs that do not speak of the same events; with `common` of the same dataset.

    Raises:
        RequestError: one run twice, one that did not end well or has bare counts; other datasets,
            editions or regions, other events, or other features under one name.
    """
    for run in (one, other):
        if run.record.status != "ok" or run.record.sample is None:
            why = run.record.error or "it has no scores to compare"
            raise RequestError(f"{run.name} is {run.record.status}: {why}")
        if run.record.bare:
            raise RequestError(f"not comparable: of {run.name} counts alone are known, no events")
    a, b = one.record.sample, other.record.sample
    assert a is not None
    assert b is not None
    if a.dataset != b.dataset:
        raise RequestError(f"not comparable: {a.dataset} is not {b.dataset}")
    if a.edition != b.edition:
        raise RequestError(f"not comparable: {a.label} is not {b.label}; two editions are two data")
    if a.region != b.region and not (one.record.outside or other.record.outside):
        which = [f"{run.name} {_within(run)}" for run in (one, other)]
        raise RequestError(f"not comparable: {which[0]}, {which[1]}; two regions are two tasks")
    if a.fingerprint != b.fingerprint and not common:
        raise RequestError(
            f"not comparable: {one.name} has scored {a.part} {a.size}, {other.name} {b.part} "
            f"{b.size}: not the same events; {_remedy(one, other)}"
        )
    if a.options == b.options and a.features != b.features:
        raise RequestError(
            f"not comparable: the features of {a.label} have changed between the two runs under "
            "the same options; do the older run again"
        )
    if one.name == other.name:
        raise RequestError(f"{one.name} is compared with itself")


def quick_beside_full(runs: Sequence[Run]) -> str:
    """That quick runs stand beside full ones, in a sentence; empty where they are all alike."""
    quick = dict.fromkeys(run.record.setting for run in runs if run.record.quick)
    if not quick or all(run.record.quick for run in runs):
        return ""
    verb = "is a quick run" if len(quick) == 1 else "are quick runs"
    return f"Not alike: {'; '.join(quick)} {verb}, on few events and only to try things."


def _within(run: Run) -> str:
    """The region that a run was fitted and evaluated in."""
    sample = run.record.sample
    return f"is of {sample.region}" if sample and sample.region else "is of no region"


def _remedy(one: Run, other: Run) -> str:
    """How two runs on other events can be compared all the same, if they can."""
    import numpy as np

    shared = len(np.intersect1d(one.events(), other.events()))
    words = ("bench", "compare", one.name, other.name, "--common")
    command = typed(*words, runs=one.folder.parent)
    return (
        f"`{command}` compares them on the {shared} that they share" if shared else "none is shared"
    )
