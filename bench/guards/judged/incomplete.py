"""B065: events that are missing of the sample that imported scores are of."""

from __future__ import annotations

from collections.abc import Iterator

from bench.guards.evidence import Judged
from bench.guards.guard import WARN, Guard, NotApplicableError


class Incomplete(Guard[Judged]):
    """Imported scores lack events of the sample that they were made on.

    Events that another tool drops are those that it finds hard, as a rule: what is left looks
    better than it is, and is compared with no run on the whole sample. The sample is that of a
    run in the store, or one that `bench data export` draws, if it shares half of its events.
    """

    code, name, severity = "B065", "incomplete", WARN
    remedy = "bring every event of the sample, those without an answer with an empty score"

    def check(self, evidence: Judged) -> Iterator[str]:
        """How many, of each class, and of which sample."""
        if evidence.brought is None:
            raise NotApplicableError("the bench drew the sample itself")
        if why := evidence.brought.unlike:
            raise NotApplicableError(why)
        if lost := evidence.brought.lost:
            strange = f"; {lost.strange} others are not of it" if lost.strange else ""
            yield (
                f"{lost.signal + lost.background} of the {lost.events} events of {lost.sample} are "
                f"missing, {lost.signal} signal and {lost.background} background{strange}"
            )
