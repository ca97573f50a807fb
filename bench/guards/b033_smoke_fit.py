"""B033: a smoke fit that did not come to its end."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import VOID, WARN, Guard
from bench.guards.evidence import StoppedEvidence


class SmokeFit(Guard[StoppedEvidence]):
    """The smoke fit on a few events did not come to its end, so that its guards saw nothing.

    Not having looked is not having found nothing: the run is void; it is a warning for a model
    that is not meant to learn. The smoke fit is done again with the next run. What is too few
    events for a smoke fit may be enough for the fit: then let it through.
    """

    code, name = "B033", "smoke-fit"
    remedy = (
        "let the model fit, save and score on 96 events without an error; `traceback.txt` in the "
        "run's folder says where it broke"
    )

    def gravity(self, evidence: StoppedEvidence) -> str:
        """Void where scores depend on what the model reads."""
        return VOID if evidence.model.depends_on else WARN

    def check(self, evidence: StoppedEvidence) -> Iterator[str]:
        """How it ended."""
        yield evidence.why
