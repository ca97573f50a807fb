"""B023: parameters that move and are not meant to."""

from __future__ import annotations

from collections.abc import Iterator

from bench.api.guard import Guard
from bench.guards.evidence import SmokeFitEvidence
from bench.guards.recorder import shown
from bench.guards.wording import named


class UnexpectedUpdate(Guard[SmokeFitEvidence]):
    """Nothing else moves than what is meant to be trained.

    What moves unsaid is not saved, or is compared as if it were frozen.
    """

    code, name = "B023", "unexpected-update"
    remedy = "freeze it, or name it among what is trained and save it"

    def check(self, evidence: SmokeFitEvidence) -> Iterator[str]:
        """What moved."""
        if strayed := sorted(shown(evidence.record).strayed):
            yield f"moved without being meant to: {named(strayed)}"
