"""B045: a fit that stopped at something that is not finite."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard
from bench.guards.evidence import StoppedEvidence


class NotFinite(Guard[StoppedEvidence]):
    """A loss, a gradient or a weight was not finite after a step.

    Libraries hide it: a logged loss of 0.0 can stand for NaN, and a network of NaN can still
    give scores once somebody fills them in.
    """

    code, name = "B045", "not-finite"
    remedy = "lower the learning rate; look for a division by zero or a logarithm of zero"

    def check(self, evidence: StoppedEvidence) -> Iterator[str]:
        """What the training stopped with."""
        yield evidence.why
