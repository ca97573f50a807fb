"""B045 and B033: a fit or a rehearsal that stopped on the way."""

from __future__ import annotations

from collections.abc import Iterator

from bench.guards.evidence import Stopped
from bench.guards.guard import VOID, WARN, Guard


class Finite(Guard[Stopped]):
    """A loss, a gradient or a weight was not finite after a step.

    Libraries hide it: a logged loss of 0.0 can stand for NaN, and a network of NaN can still
    give scores once somebody fills them in.
    """

    code, name = "B045", "finite"
    remedy = "lower the learning rate; look for a division by zero or a logarithm of zero"

    def check(self, evidence: Stopped) -> Iterator[str]:
        """What the training stopped with."""
        yield evidence.why


class Rehearsed(Guard[Stopped]):
    """The rehearsal on a few events did not come to its end, so that its guards saw nothing.

    Not having looked is not having found nothing: the run is void; it is a warning for a model
    that is not meant to learn. The rehearsal is done again with the next run. What is too few
    events for a rehearsal may be enough for the fit: then let it through.
    """

    code, name = "B033", "rehearsed"
    remedy = (
        "let the model fit, save and score on 96 events without an error; `traceback.txt` in the "
        "run's folder says where it broke"
    )

    def gravity(self, evidence: Stopped) -> str:
        """Void where scores depend on what the model reads."""
        return VOID if evidence.model.depends_on else WARN

    def check(self, evidence: Stopped) -> Iterator[str]:
        """How it ended."""
        yield evidence.why
