"""B044: pauses of the machine while it trained."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import NOTE, Guard
from bench.guards.evidence import TrainingEvidence
from bench.guards.recorder import shown


class Gaps(Guard[TrainingEvidence]):
    """The machine slept, was suspended or stopped while it trained.

    The result is as good; the time is not, and is taken out of the run's timings.
    """

    code, name, severity = "B044", "gaps", NOTE
    remedy = "nothing; timings are without the pauses"

    def check(self, evidence: TrainingEvidence) -> Iterator[str]:
        """How long and how often."""
        if gaps := shown(evidence.record).gaps:
            yield f"{len(gaps)} pauses of {sum(gaps):.0f} s in all"
