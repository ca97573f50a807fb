"""B045 and B033: a fit or a rehearsal that stopped on the way."""

from __future__ import annotations

from collections.abc import Iterator

from bench.guards.guard import NOTE, Guard


class Finite(Guard[str]):
    """A loss, a gradient or a weight was not finite after a step.

    Libraries hide it: a logged loss of 0.0 can stand for NaN, and a network of NaN can still
    give scores once somebody fills them in.
    """

    code, name = "B045", "finite"
    mend = "lower the learning rate; look for a division by zero or a logarithm of zero"

    def look(self, evidence: str) -> Iterator[str]:
        """What the training stopped with."""
        yield evidence


class Rehearsed(Guard[str]):
    """The rehearsal on a few events did not come to its end, so that its guards saw nothing.

    The fit goes on: what is too few for a rehearsal may be enough for it.
    """

    code, name, severity = "B033", "rehearsed", NOTE
    mend = "let the model fit on 96 events without an error"

    def look(self, evidence: str) -> Iterator[str]:
        """How it ended."""
        yield evidence
