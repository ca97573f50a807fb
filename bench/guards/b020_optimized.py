"""B020: parameters that the optimizer does not hold, or holds twice."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.recorder import Record, shown
from bench.guards.wording import named


class Optimized(Guard[SmokeFitEvidence]):
    """What is meant to be trained is in the optimizer exactly once.

    An optimizer that was built before a module was attached does not know of it: gradients flow,
    logs look fine, and the weights never move. The study diary lost a week to that.
    """

    code, name = "B020", "optimized"
    remedy = "build the optimizer last, from all parameters that are meant to be trained"

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """What is missing from the network or the optimizer, and what is there twice."""
        record: Record = shown(evidence.record)
        if record.missing:
            yield f"not in the network: {named(record.missing)}"
        there = [name for name in record.trainable if name not in record.missing]
        if lost := [name for name in there if record.optimized.get(name, 0) == 0]:
            yield f"not in the optimizer: {named(lost)}"
        if twice := [name for name in there if record.optimized.get(name, 0) > 1]:
            yield f"more than once in the optimizer: {named(twice)}"
