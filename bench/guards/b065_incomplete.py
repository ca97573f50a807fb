"""B065: events that are missing of the sample that imported scores are of."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import WARN, Guard, NotApplicableError, ScoreEvidence
from bench.guards.evidence import ImportedScoreEvidence


class Incomplete(Guard[ScoreEvidence]):
    """Imported scores lack events of the sample that they were made on.

    Events that another tool drops are those that it finds hard, as a rule: what is left looks
    better than it is, and is compared with no run on the whole sample. The sample is that of a
    run in the store, or one that `bench data export` draws, if it shares half of its events.
    """

    code, name, severity = "B065", "incomplete", WARN
    remedy = "bring every event of the sample, those without an answer with an empty score"

    def check(self, evidence: ScoreEvidence) -> Iterator[str]:
        """How many, of each class, and of which sample."""
        if not evidence.imported:
            raise NotApplicableError("the bench drew the sample itself")
        assert isinstance(evidence, ImportedScoreEvidence)
        if why := evidence.events.unlike:
            raise NotApplicableError(why)
        if missing := evidence.events.missing:
            signal, background = missing.signal, missing.background
            strange = f"; {missing.strange} others are not of it" if missing.strange else ""
            yield (
                f"{signal + background} of the {missing.events} events of {missing.sample} are "
                f"missing, {signal} signal and {background} background{strange}"
            )
